/* capture_write.c - the snapshot. */
#include "vpc/capture.h"
