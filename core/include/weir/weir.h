/* weir.h - the whole of libweir. */
#ifndef WEIR_WEIR_H
#define WEIR_WEIR_H

#include "weir/aws.h"
#include "weir/event.h"
#include "weir/explain.h"
#include "weir/field.h"
#include "weir/incident.h"
#include "weir/network.h"
#include "weir/query.h"
#include "weir/record.h"
#include "weir/rules.h"
#include "weir/safe.h"
#include "weir/session.h"
#include "weir/source.h"
#include "weir/status.h"
#include "weir/trail.h"
#include "weir/view.h"

#define WEIR_VERSION "0.1.0"

#endif
