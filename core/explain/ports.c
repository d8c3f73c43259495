/* ports.c - which ports belong to services, and which side of a pair is the client's. A guess by custom, never proof:
 * what rests on it is capped (flow.h, by_port_guess). */
#include "base/scope.h"
#include "explain/flow.h"

enum { PORT_REGISTERED = 1024 };

/* Services above 1023 that clients do not pick by chance: most lie below Linux's ephemeral range (32768-60999). */
static const uint16_t services[] = {
    1433,  /* SQL Server */
    1521,  /* Oracle */
    1883,  /* MQTT */
    2049,  /* NFS */
    2181,  /* ZooKeeper */
    2379,  /* etcd */
    3128,  /* proxies */
    3306,  /* MySQL */
    3389,  /* RDP */
    4317,  /* OpenTelemetry */
    5432,  /* PostgreSQL */
    5439,  /* Redshift */
    5671,  /* AMQP over TLS */
    5672,  /* AMQP */
    5900,  /* VNC */
    5985,  /* WinRM */
    5986,  /* WinRM over TLS */
    6379,  /* Redis */
    6443,  /* Kubernetes */
    8080,  /* HTTP */
    8182,  /* Neptune */
    8443,  /* HTTPS */
    8883,  /* MQTT over TLS */
    9042,  /* Cassandra */
    9090,  /* Prometheus */
    9092,  /* Kafka */
    9094,  /* Kafka over TLS */
    9098,  /* Kafka with IAM */
    9200,  /* Elasticsearch, OpenSearch */
    9300,  /* their nodes */
    10250, /* kubelet */
    11211, /* memcached */
    15672, /* RabbitMQ */
    27017, /* MongoDB, DocumentDB */
};

bool port_is_service(int32_t port)
{
    if (port > 0 && port < PORT_REGISTERED)
        return true;
    for (size_t k = 0; k < ARRAY_SIZE(services); k++)
        if (services[k] == port)
            return true;
    return false;
}

int port_ephemeral_side(int32_t src_port, int32_t dst_port)
{
    if (src_port < 0 && dst_port < 0)
        return 0;
    if (src_port < 0) /* only the port that is spoken to was told */
        return -1;
    if (dst_port < 0)
        return 1;
    bool src_serves = port_is_service(src_port), dst_serves = port_is_service(dst_port);
    if (src_serves == dst_serves)
        return 0;
    if (dst_serves)
        return src_port >= PORT_REGISTERED ? -1 : 0;
    return dst_port >= PORT_REGISTERED ? 1 : 0;
}
