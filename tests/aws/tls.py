"""tls.py - a certificate authority that lives as long as a test, made with the `openssl` command line.

    path, context = tls.context(folder)            path: of the CA, for AWS_CA_BUNDLE
    tls.context(folder, "wrong_host")              for another name; "expired": over since yesterday
"""

import ssl
import subprocess
from pathlib import Path

EXTENSIONS = "subjectAltName={names}\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n"
NAMES = {"wrong_host": "DNS:example.com"}
DATES = {"expired": ("20200101000000Z", "20200201000000Z")}


def openssl(folder, *words):
    subprocess.run(["openssl", *words], cwd=folder, check=True, stdin=subprocess.DEVNULL, capture_output=True)


def context(folder, kind="good"):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl(folder, "req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
            "-subj", "/CN=weir test CA", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    openssl(folder, "req", "-new", *curve, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=weir bench")
    names = NAMES.get(kind, "IP:127.0.0.1,DNS:localhost,DNS:*.localhost")
    (folder / "extensions").write_text(EXTENSIONS.format(names=names), encoding="ascii")
    if kind in DATES:
        sign_between(folder, *DATES[kind])
    else:
        openssl(folder, "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                "-days", "2", "-extfile", "extensions", "-out", "server.pem")
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(folder / "server.pem", folder / "server.key")
    return folder / "ca.pem", made


def sign_between(folder, begin, end):
    """`openssl x509` cannot set dates; `openssl ca` can."""
    (folder / "index.txt").write_text("", encoding="ascii")
    (folder / "serial").write_text("01\n", encoding="ascii")
    (folder / "ca.conf").write_text(
        "[ca]\ndefault_ca=here\n[here]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\n"
        "policy=any\n[any]\ncommonName=supplied\n", encoding="ascii")
    openssl(folder, "ca", "-batch", "-config", "ca.conf", "-cert", "ca.pem", "-keyfile", "ca.key", "-in", "server.csr",
            "-out", "server.pem", "-startdate", begin, "-enddate", end, "-extfile", "extensions", "-notext")
