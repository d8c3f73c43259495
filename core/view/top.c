/* top.c - the top table as it is read. Counting is view.c's, ranking rank.c's. */
#include "view/state.h"

const weir_group *weir_view_group(const weir_view *view)
{
    return &view->top.group;
}

size_t weir_view_top(const weir_view *view, weir_measure by, weir_top_row *out, size_t max, weir_top_totals *totals)
{
    const struct tally *top = &view->top;
    if (totals)
        *totals = (weir_top_totals){
            .groups = tally_distinct(top),
            .records = top->records,
            .packets = top->packets,
            .bytes = top->octets,
            .uncounted = top->uncounted,
        };
    return tally_largest(top, by, out, max);
}
