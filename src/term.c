/* Progress bar, clock, memory. */
#include "src/term.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

double isg_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

uint64_t isg_peak_memory(void)
{
    struct rusage u;
    return getrusage(RUSAGE_SELF, &u) == 0 ? (uint64_t)u.ru_maxrss * 1024 : 0;
}

void isg_bar_init(struct isg_bar *bar, FILE *to, bool quiet)
{
    memset(bar, 0, sizeof *bar);
    bar->to = to;
    const char *const no_color = getenv("NO_COLOR"), *const term = getenv("TERM");
    bar->enabled = !quiet && isatty(fileno(to)) && !(term && strcmp(term, "dumb") == 0);
    bar->colour = bar->enabled && !(no_color && *no_color);
}

void isg_bar_draw(struct isg_bar *bar, const char *stage, uint64_t done, uint64_t total)
{
    enum { WIDTH = 24 };
    if (!bar->enabled)
        return;
    const double now = isg_now();
    if (strncmp(bar->stage, stage, sizeof bar->stage - 1) != 0) {
        snprintf(bar->stage, sizeof bar->stage, "%s", stage);
        bar->started = now;
        bar->drawn = 0;
    }
    if (now - bar->drawn < 0.2 && !(total && done >= total))
        return;
    bar->drawn = now;
    const char *const on = bar->colour ? "\033[32m" : "", *const off = bar->colour ? "\033[0m" : "";
    if (total == 0) {
        fprintf(bar->to, "\r\033[K%s  %llu", stage, (unsigned long long)done);
    } else {
        const double share = done < total ? (double)done / (double)total : 1.0;
        const int filled = (int)(share * WIDTH);
        char cells[WIDTH + 1];
        for (int i = 0; i < WIDTH; i++)
            cells[i] = i < filled ? '=' : ' ';
        cells[WIDTH] = 0;
        fprintf(bar->to, "\r\033[K%s [%s%s%s] %3.0f%%", stage, on, cells, off, 100.0 * share);
        const double spent = now - bar->started;
        if (share > 0.02 && share < 1.0 && spent > 1.0)
            fprintf(bar->to, "  %.0f s left", spent * (1.0 - share) / share);
    }
    fflush(bar->to);
}

void isg_bar_clear(struct isg_bar *bar)
{
    if (bar->enabled && bar->drawn > 0) {
        fputs("\r\033[K", bar->to);
        fflush(bar->to);
        bar->drawn = 0;
    }
}
