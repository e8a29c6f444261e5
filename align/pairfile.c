/* Files of word pairs: what their columns are is decided once for a file, from its first lines. */
#include "align/dictxml.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { WINDOW = 256, MAX_CELLS = 8 };
enum columns { SPACES, TABS, RANKED, COMMAS, TREE };

struct isg_pairfile {
    struct isg_reader *reader;
    const char *path;
    bool comments, decided, ended, is_csv;
    enum columns columns;
    struct isg_dictxml *xml; /* of TREE */
    size_t at[3];            /* of COMMAS: cells of source, target and score; SIZE_MAX = none */
    char *window;            /* the first lines, each with a 0 */
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

/* Cells between commas, unquoted in place; 0 = a quote that is not closed, or text after one. */
static size_t comma_cells(char *line, size_t n, struct cell *out)
{
    size_t k = 0, i = 0;
    while (k < MAX_CELLS) {
        size_t start = i, o = i;
        if (i < n && line[i] == '"') {
            start = o = ++i;
            while (i < n && (line[i] != '"' || (i + 1 < n && line[i + 1] == '"'))) {
                i += line[i] == '"';
                line[o++] = line[i++];
            }
            if (i++ >= n || (i < n && line[i] != ',' && line[i] != '\r'))
                return 0;
        } else {
            while (i < n && line[i] != ',')
                line[o++] = line[i++];
        }
        const bool more = i < n && line[i] == ',';
        line[o] = '\0';
        out[k++] = (struct cell){line + start, o - start};
        if (!more)
            break;
        i++;
    }
    return k;
}

static size_t find_cell(const struct cell *c, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcasecmp(c[i].s, name) == 0)
            return i;
    return SIZE_MAX;
}

/* Which cells are what: by the heading, which is then dropped, or by their order. */
static enum isg_status decide_commas(struct isg_pairfile *f, struct isg_error *err)
{
    struct cell c[MAX_CELLS];
    char *const copy = f->n_lines ? isg_strndup(f->window + f->lines[0].at, f->lines[0].n) : NULL;
    if (f->n_lines && !copy)
        return isg_error_nomem(err, "a list of words");
    size_t n = copy ? comma_cells(copy, f->lines[0].n, c) : 0;
    for (size_t i = 0; i < n; i++)
        tidy(c[i].s, &c[i].n);
    f->at[0] = find_cell(c, n, "source");
    f->at[1] = find_cell(c, n, "target");
    f->at[2] = find_cell(c, n, "score");
    if (f->at[0] != SIZE_MAX && f->at[1] != SIZE_MAX) {
        f->next_line = 1;
    } else {
        f->at[0] = 0;
        f->at[1] = 1;
        f->at[2] = 2;
    }
    isg_free(copy);
    return ISG_OK;
}

/* ---- XML ---- */

static bool starts_tree(const char *line, size_t n)
{
    size_t i = n >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (i < n && is_space(line[i]))
        i++;
    return i + 1 < n && line[i] == '<' &&
           (line[i + 1] == '?' || line[i + 1] == '!' || isalpha((unsigned char)line[i + 1]));
}

static enum isg_status feed_line(struct isg_pairfile *f, const char *line, size_t n, struct isg_error *err)
{
    ISG_TRY(isg_dictxml_feed(f->xml, line, n, false, err));
    return isg_dictxml_feed(f->xml, "\n", 1, false, err);
}

static enum isg_status open_tree(struct isg_pairfile *f, const char *line, size_t n, struct isg_error *err)
{
    f->columns = TREE;
    f->decided = true;
    ISG_TRY(isg_dictxml_new(&f->xml, f->path, err));
    for (uint64_t i = 1; i < isg_reader_lineno(f->reader); i++) /* empty lines before it, for the numbers in messages */
        ISG_TRY(isg_dictxml_feed(f->xml, "\n", 1, false, err));
    return feed_line(f, line, n, err);
}

static enum isg_status next_of_tree(
    struct isg_pairfile *f, struct isg_pairfile_report *rep, struct isg_pair_line *out, struct isg_error *err)
{
    char *word[2];
    while (!isg_dictxml_take(f->xml, word, &out->number)) {
        char *line;
        size_t n;
        if (f->ended)
            return ISG_OK;
        ISG_TRY(isg_reader_line(f->reader, &line, &n, err));
        f->ended = !line;
        rep->lines += line != NULL;
        if (line)
            ISG_TRY(feed_line(f, line, n, err));
        else
            ISG_TRY(isg_dictxml_feed(f->xml, "", 0, true, err));
    }
    out->any = true;
    for (int s = 0; s < 2; s++) {
        out->word[s] = word[s];
        out->n[s] = strlen(word[s]);
    }
    (void)snprintf(out->start, sizeof out->start, "%.30s - %.30s", word[0], word[1]);
    return ISG_OK;
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
        if (f->n_lines == 0 && starts_tree(line, n))
            return open_tree(f, line, n, err);
        if (!ISG_GROW(f->window, f->cap, f->used + n + 1))
            return isg_error_nomem(err, "a list of words");
        memcpy(f->window + f->used, line, n);
        f->window[f->used + n] = '\0';
        f->lines[f->n_lines].at = f->used;
        f->lines[f->n_lines].n = n;
        f->lines[f->n_lines++].number = isg_reader_lineno(f->reader);
        f->used += n + 1;
    }
    f->decided = true;
    if (f->is_csv) {
        f->columns = COMMAS;
        return decide_commas(f, err);
    }
    f->columns = decide(f);
    return ISG_OK;
}

static const char *split_commas(const struct isg_pairfile *f, char *line, size_t n, struct isg_pair_line *out)
{
    struct cell c[MAX_CELLS];
    const size_t k = comma_cells(line, n, c);
    if (k <= f->at[0] || k <= f->at[1])
        return "source and target with a comma between them, and quotes closed on the same line";
    if (k > f->at[2]) {
        tidy(c[f->at[2]].s, &c[f->at[2]].n);
        if (!is_number(c[f->at[2]], &out->score)) {
            out->bad_score = c[f->at[2]].s;
            out->bad_score_n = c[f->at[2]].n;
        }
    }
    for (int s = 0; s < 2; s++) {
        struct cell *const w = &c[f->at[s]];
        tidy(w->s, &w->n);
        out->word[s] = w->s;
        out->n[s] = w->n;
    }
    return out->n[0] > 0 && out->n[1] > 0 ? NULL : "words or phrases on both sides of the comma";
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
    size_t name;
    (void)isg_packing_of_name(path, &name);
    f->path = path;
    f->is_csv = name > 4 && strncasecmp(path + name - 4, ".csv", 4) == 0;
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
    isg_dictxml_free(f->xml);
    isg_free(f->window);
    isg_free(f);
}

enum isg_status isg_pairfile_next(
    struct isg_pairfile *f, struct isg_pairfile_report *rep, struct isg_pair_line *out, struct isg_error *err)
{
    *out = (struct isg_pair_line){0};
    if (!f->decided)
        ISG_TRY(fill_window(f, rep, err));
    if (f->columns == TREE)
        return next_of_tree(f, rep, out, err);
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
                    : f->columns == COMMAS ? split_commas(f, line, n, out)
                    : f->columns == SPACES ? split_spaces(line, n, out)
                                           : split_tabs(line, n, f->columns, out);
    return ISG_OK;
}

const char *isg_pairfile_format(const struct isg_pairfile *f)
{
    return f->columns == TREE     ? isg_dictxml_format(f->xml)
           : f->columns == COMMAS ? "csv"
           : f->columns == SPACES ? "muse"
           : f->columns == RANKED ? "dict"
                                  : "tsv";
}
