/* capture_file.c - captures from files: a folder of what the AWS CLI wrote, or one snapshot. */
#include "vpc/capture.h"
