/* limits.h - every cap of the core, with its reason. Reaching one is a status, never a crash. */
#ifndef WEIR_BASE_LIMITS_H
#define WEIR_BASE_LIMITS_H

enum {
    BLOCK_ROWS = 16384,                   /* rows of a block: a bit map of them is 2 KiB and lives in L1 */
    BATCH_ROWS = 4096,                    /* rows that travel from a source at once: about 200 KiB */
    GATE_BATCHES = 8,                     /* batches under way; more makes the source wait */
    LINE_MAX_BYTES = 64 * 1024,           /* a longer line is malformed; the rest is skipped, not stored */
    ENVELOPE_MAX_BYTES = 8 * 1024 * 1024, /* one JSON envelope: a subscription batch is at most 6 MiB */
    TEXT_MAX_BYTES = 1024,                /* one text value; an ARN has at most a few hundred bytes */
    SURPLUS_MAX_BYTES = 4096,             /* surplus columns kept for one record */
    LAYOUTS_MAX = 255,                    /* different layouts in a session: a row names its layout in one byte */
    LAYOUTS_GIVEN_MAX = 32,               /* different formats of the flow logs that feed one log group */
    BAD_LINES_MAX = 100,                  /* samples of lines that could not be read */
    BAD_LINE_BYTES = 512,                 /* of each sample */
    SOURCES_MAX = 4096,                   /* files at once: a day of 5-minute objects of a few interfaces */
    READ_BYTES = 256 * 1024,              /* one read; larger gains nothing once it leaves L2 */
    FILTER_MAX_BYTES = 16 * 1024,
    FILTER_MAX_DEPTH = 256, /* nesting of a filter */
    FILTER_MAX_NODES = 4096,
    PATTERN_MAX_BYTES = 1024,           /* one regex */
    PUSH_MAX_BYTES = 1024,              /* a filter pattern of CloudWatch Logs */
    ANSWER_MAX_BYTES = 8 * 1024 * 1024, /* one answer of AWS: a page of FilterLogEvents is at most 1 MiB of messages */
    HEAD_MAX_BYTES = 64 * 1024,         /* headers of one answer: AWS sends less than 2 KiB */
    LIVE_MESSAGE_MAX_BYTES = 4 * 1024 * 1024, /* one update of Live Tail: 500 events */
    JSON_MEMORY_MAX_BYTES = 64 * 1024 * 1024, /* what one JSON answer may take in memory */
    XML_MEMORY_MAX_BYTES = 64 * 1024 * 1024,  /* the same of an XML answer, expat's included */
    XML_DEPTH_MAX = 64,                       /* nesting of an XML answer; real ones have 10 */
    OBJECT_MAX_BYTES = 1024 * 1024 * 1024,    /* one object of S3 as it comes; flow logs end one at 75 MB */
    CONFIG_MAX_BYTES = 256 * 1024,            /* the AWS config file */
    FLOW_LOGS_MAX = 10000,                    /* flow logs of a region, in the picker */
    CONFIG_KEYS_MAX = 4096,                   /* in both AWS config files */
    LEDGER_MAX = 1000,                        /* gaps that are remembered one by one; adjacent ones are joined */
    S3_OBJECTS_MAX = 200000,  /* objects known at once: a day of 5-minute objects of 700 flow logs, about 60 MiB */
    S3_PREFIXES_MAX = 4096,   /* folders of a bucket that are listed: 100 accounts and regions for 40 days */
    PAGE_EVENTS_MAX = 10000,  /* events of a page of FilterLogEvents: its own limit */
    PASS_PAGES_MAX = 20000,   /* pages of a pass; more is a server that goes round in circles */
    NETWORKS_KEPT = 8,        /* networks of different content: enough to explain yesterday evening's change */
    NETWORK_LISTS_MAX = 1000, /* prefix lists and transit gateway tables of a region: three minutes at our pace */
    NETWORK_PAGES_MAX = 2000, /* pages of one question to EC2; more is a server that goes round in circles */
    RANGES_MAX = 100000,      /* networks of ip-ranges.json: AWS has 12,000 */
    RANGES_MAX_BYTES = 32 * 1024 * 1024,
    GEO_FILES_MAX = 8,                          /* MaxMind files: country, city and ASN are three */
    CAPTURE_FILE_MAX_BYTES = 128 * 1024 * 1024, /* one file of an inventory: 10,000 instances as the CLI writes them */
    CAPTURE_MEMORY_MAX_BYTES = 1024 * 1024 * 1024, /* what such a file may take as JSON: text takes 4 to 8 times */
    CAPTURE_MAX_BYTES = 512 * 1024 * 1024,         /* all that is read into one capture */
    CAPTURE_FILES_MAX = 4096,                      /* files of a folder: a part each, and one a prefix list */
    CAPTURE_ITEMS_MAX = 500000,                    /* items of a part: 20,000 rules are a large account */
    CHANGE_EDITS_MAX = 2000,                       /* edits of one CloudTrail event: a call takes at most 1000 rules */
    CHANGE_IDS_MAX = 4096,                         /* ids that an event names: an edit and its answer have one each */
    CHANGE_RAW_MAX_BYTES = 256 * 1024, /* the JSON of an event as it is shown; CloudTrail ends one at 256 KiB */
    CHANGE_AGENT_MAX_BYTES = 200,      /* a user agent as it is shown: what comes first tells the tool */
    CHANGE_DEPTH_MAX = 32,             /* nesting of an event; EC2's have 10 */
    CHANGE_SHAPE_DEPTH_MAX = 8,        /* what an event is wrapped in: a page, a message and an envelope are 4 */
    CHANGE_STRAYS_MAX = 16,        /* broken documents that may be longer than a line; beyond, lines are read alone */
    CHANGE_FOLDER_DEPTH_MAX = 8,   /* folders in folders: CloudTrail makes account/CloudTrail/region/year/month/day */
    CHANGE_FILES_MAX = 4096,       /* of a folder and its folders: two weeks of a trail's 5 minutes */
    WARNINGS_MAX = 100,            /* contradictions of an inventory that are told one by one */
    WORDS_MAX_BYTES = 1024 * 1024, /* texts of one explanation: 48 hops of 5 texts are about 20 KiB */
    RULES_WORDS_MAX_BYTES = 64 * 1024 * 1024, /* texts of a list of rules: 300 bytes each, so 200,000 of them */
    WHAT_IF_FLOWS_MAX = 8192,                 /* flows whose verdict a proposal would change, a power of two */
    LISTENERS_MAX =
        65536, /* addresses and ports that connections were opened to, a power of two; fewer if memory is small */
    PLACES_MAX = 32768,         /* interfaces whose own addresses are learned; a power of two */
    SKIPS_MAX = 1024,           /* SKIPDATA windows that are remembered */
    PRIOR_STEPS_MAX = 128,      /* rows of a connection that are looked at for one cause: about 10 microseconds */
    SILENT_ENDS_MAX = 4096,     /* pairs of ends with connection attempts that nobody answered, a power of two */
    SILENT_MAX = 500,           /* of which so many are told */
    WATCH_SERVICES_MAX = 32768, /* services that are watched for flips: 300 bytes each; a power of two */
    WATCH_FLIPS_MAX = 1024,     /* flips that are remembered; the oldest go first */
    PARTS_MAX = 512,            /* parts of the traffic that are watched for spikes: 450 bytes each */
    PART_SPIKES_MAX = 256,      /* their spikes that are remembered; the oldest go first */
    REWIND_EDITS_MAX = 20000,   /* edits that are done or undone to get from a snapshot to a moment */
    CHANGES_MAX = 20000,        /* changes that are kept; the oldest go first */
    WORDS_INCIDENT_MAX_BYTES = 32 * 1024 * 1024, /* texts of one incident: 64 raw events of 256 KB are half of it */
    FLIP_RECORDS_MAX = 256,      /* flips whose first rejected record is kept for when its row has left the ring */
    BLAME_SUSPECTS_MAX = 64,     /* changes that are held against one flip: each builds the network twice */
    BLAME_LISTED_MAX = 20,       /* refused or unrelated changes that are listed beside them */
    TRAIL_QUESTIONS_MAX = 256,   /* to CloudTrail that wait: two and a half minutes at its pace */
    TRAIL_QUESTIONS_KEPT = 1024, /* … and those that were answered, so that they are not asked twice */
    TRAIL_PAGES_MAX = 40,        /* of 50 events, of one question: 25 seconds at its pace */
    TRAIL_SEEN_MAX = 32768,      /* events whose ids are remembered, twice; a power of two */
    COUNT_PAGES_MAX = 8192,      /* pages of 64 time slots kept by a counter; beyond, slots get wider */
};

#define MEMORY_DEFAULT_BYTES (256ull << 20)
#define MEMORY_MIN_BYTES     (4ull << 20)
#define GUNZIP_RATIO_MAX     200u          /* a bomb: beyond this ratio … */
#define GUNZIP_FREE_BYTES    (16ull << 20) /* … after this much output, reading stops */

#endif
