/* classes.h - the sources by name, for the table in source.c. */
#ifndef WEIR_SOURCE_CLASSES_H
#define WEIR_SOURCE_CLASSES_H

#include "source/source.h"

#define X(class, scheme, syntax, help) extern const struct source_class class;
#include "source/source.def"
#undef X

#endif
