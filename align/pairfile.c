/* Files of word pairs: what their columns are is decided once for a file, from its first lines. */
#include "align/align.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOW = 256, MAX_CELLS = 5 };
enum columns { SPACES, TABS, RANKED };

struct isg_pairfile {
    struct isg_reader *reader;
    bool comments, decided, ended;
    enum columns columns;
    char *window; /* the first lines, each with a 0 */
    size_t used, cap;
    struct {
        size_t at, n;
        uint64_t number;
    } lines[WINDOW];
    size_t n_lines, next_line;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

/* Trims, and makes each inner run of spaces one space; in place. */
static void tidy(char *s, size_t *n)
{
    size_t o = 0;
    for (size_t i = 0; i < *n; i++)
        if (!is_space(s[i]))
            s[o++] = s[i];
        else if (o > 0 && s[o - 1] != ' ')
            s[o++] = ' ';
    if (o > 0 && s[o - 1] == ' ')
        o--;
    s[o] = '\0';
    *n = o;
}

struct cell {
    char *s;
    size_t n;
};

/* Cells between tabs, at most MAX_CELLS. */
static size_t tab_cells(char *line, size_t n, struct cell *out)
{
    size_t k = 0;
    for (char *s = line; s && k < MAX_CELLS; k++) {
        char *const tab = memchr(s, '\t', n - (size_t)(s - line));
        out[k] = (struct cell){s, (size_t)((tab ? tab : line + n) - s)};
        s = tab ? tab + 1 : NULL;
    }
    return k;
}

static bool is_rank(struct cell c)
{
    bool positive = false;
    for (size_t i = 0; i < c.n; i++) {
        if (c.s[i] < '0' || c.s[i] > '9')
            return false;
        positive |= c.s[i] != '0';
    }
    return positive && c.n <= 9;
}

/* A finite number and nothing else; an empty cell is 0. */
static bool is_number(struct cell c, float *value)
{
    char buf[48], *end = buf;
    *value = 0.0F;
    if (c.n == 0)
        return true;
    if (c.n >= sizeof buf)
        return false;
    memcpy(buf, c.s, c.n);
    buf[c.n] = '\0';
    *value = strtof(buf, &end);
    return *end == '\0' && isfinite(*value);
}

/* Is a line of tab-separated cells "source, rank, target"? *text: the third cell is no number. */
static bool looks_ranked(const struct cell *c, size_t n, bool *text)
{
    float value;
    *text = n >= 3 && c[2].n > 0 && !is_number(c[2], &value);
    return n >= 3 && c[2].n > 0 && is_rank(c[1]);
}

/* Tabs where half of the lines have one; ranks where most of these have a whole number second, and not all of those
 * another number third, which would be a score. */
static enum columns decide(struct isg_pairfile *f)
{
    size_t tabbed = 0, ranked = 0, texts = 0;
    for (size_t i = 0; i < f->n_lines; i++) {
        struct cell c[MAX_CELLS];
        const size_t n = tab_cells(f->window + f->lines[i].at, f->lines[i].n, c);
        bool text = false;
        tabbed += n > 1;
        if (looks_ranked(c, n, &text)) {
            ranked++;
            texts += text;
        }
    }
    return 2 * tabbed < f->n_lines || tabbed == 0 ? SPACES : 2 * ranked > tabbed && texts > 0 ? RANKED : TABS;
}

/* Next line that is neither empty nor a comment; *line NULL at the end. */
static enum isg_status read_line(
    struct isg_pairfile *f, struct isg_pairfile_report *rep, char **line, size_t *n, struct isg_error *err)
{
    for (;;) {
        ISG_TRY(isg_reader_line(f->reader, line, n, err));
        if (!*line)
            return ISG_OK;
        rep->lines++;
        size_t i = 0;
        while (i < *n && is_space((*line)[i]))
            i++;
        if (i == *n)
            rep->empty++;
        else if (!f->comments || (*line)[0] != '#' || memchr(*line, '\t', *n))
            return ISG_OK;
    }
}

static enum isg_status fill_window(struct isg_pairfile *f, struct isg_pairfile_report *rep, struct isg_error *err)
{
    while (f->n_lines < WINDOW) {
        char *line;
        size_t n;
        ISG_TRY(read_line(f, rep, &line, &n, err));
        f->ended = !line;
        if (!line)
            break;
        if (!ISG_GROW(f->window, f->cap, f->used + n + 1))
            return isg_error_nomem(err, "a list of words");
        memcpy(f->window + f->used, line, n);
        f->window[f->used + n] = '\0';
        f->lines[f->n_lines].at = f->used;
        f->lines[f->n_lines].n = n;
        f->lines[f->n_lines++].number = isg_reader_lineno(f->reader);
        f->used += n + 1;
    }
    f->columns = decide(f);
    f->decided = true;
    return ISG_OK;
}

/* NULL, or what the line should have been. */
static const char *split_spaces(char *line, size_t n, struct isg_pair_line *out)
{
    tidy(line, &n);
    char *const space = memchr(line, ' ', n);
    if (!space || memchr(space + 1, ' ', n - (size_t)(space + 1 - line)))
        return "a source and a target word; phrases need a tab between them on most lines";
    *space = '\0';
    out->word[0] = line, out->n[0] = (size_t)(space - line);
    out->word[1] = space + 1, out->n[1] = n - out->n[0] - 1;
    return NULL;
}

static const char *split_tabs(char *line, size_t n, enum columns columns, struct isg_pair_line *out)
{
    struct cell c[MAX_CELLS];
    const size_t k = tab_cells(line, n, c), target = columns == RANKED ? 2 : 1;
    bool text;
    if (columns == RANKED && !looks_ranked(c, k, &text))
        return "source, rank, target and score with tabs between them, as on the other lines";
    if (columns == TABS && looks_ranked(c, k, &text) && k >= 4 && text)
        return "source and target with a tab between them, and no rank, as on the other lines";
    if (k <= target)
        return "source and target with a tab between them, as on the other lines";
    if (k > target + 1 && !is_number(c[target + 1], &out->score)) {
        out->bad_score = c[target + 1].s;
        out->bad_score_n = c[target + 1].n;
    }
    for (int s = 0; s < 2; s++) {
        struct cell *const w = &c[s ? target : 0];
        tidy(w->s, &w->n);
        out->word[s] = w->s;
        out->n[s] = w->n;
    }
    return out->n[0] > 0 && out->n[1] > 0 ? NULL : "words or phrases on both sides of the tab";
}

enum isg_status isg_pairfile_open(
    struct isg_pairfile **out, const char *path, bool comments, const struct isg_env *env, struct isg_error *err)
{
    *out = NULL;
    struct isg_pairfile *f = isg_calloc(1, sizeof *f);
    if (!f)
        return isg_error_nomem(err, "a list of words");
    f->comments = comments;
    const enum isg_status status = isg_reader_open(&f->reader, path, err);
    if (status != ISG_OK)
        isg_free(f);
    else {
        isg_reader_watch(f->reader, env, "reading a list of words");
        *out = f;
    }
    return status;
}

void isg_pairfile_close(struct isg_pairfile *f)
{
    if (!f)
        return;
    isg_reader_close(f->reader);
    isg_free(f->window);
    isg_free(f);
}

enum isg_status isg_pairfile_next(
    struct isg_pairfile *f, struct isg_pairfile_report *rep, struct isg_pair_line *out, struct isg_error *err)
{
    *out = (struct isg_pair_line){0};
    if (!f->decided)
        ISG_TRY(fill_window(f, rep, err));
    char *line = NULL;
    size_t n = 0;
    if (f->next_line < f->n_lines) {
        line = f->window + f->lines[f->next_line].at;
        n = f->lines[f->next_line].n;
        out->number = f->lines[f->next_line++].number;
    } else if (!f->ended) {
        ISG_TRY(read_line(f, rep, &line, &n, err));
        f->ended = !line;
        out->number = isg_reader_lineno(f->reader);
    }
    if (!line)
        return ISG_OK;
    (void)snprintf(out->start, sizeof out->start, "%.*s", (int)(n < sizeof out->start ? n : sizeof out->start), line);
    out->any = true;
    out->bad_text = isg_utf8_valid(line, n) != n || memchr(line, '\0', n);
    out->expected = out->bad_text          ? "UTF-8 text"
                    : f->columns == SPACES ? split_spaces(line, n, out)
                                           : split_tabs(line, n, f->columns, out);
    return ISG_OK;
}

const char *isg_pairfile_format(const struct isg_pairfile *f)
{
    return f->columns == SPACES ? "muse" : f->columns == RANKED ? "dict" : "tsv";
}
