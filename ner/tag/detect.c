/* Finds out what kind of text a file holds; keeps what can be read only once. */
#include "ner/tag/detect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LOOK_LINES 200
#define MAX_LINE ((size_t)16 << 20)

/* What the first lines look like. */
struct looks {
    size_t lines;
    size_t json, one, tagged, tabs, same; /* lines that begin with {, hold one field, end in a tag, hold a tab, have as
                                             many fields as the first */
    size_t width;
    bool conllu;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void look(struct looks *l, const char *line, size_t n)
{
    size_t fields = 0, last = 0, last_n = 0, type_n;
    const char *type;
    for (size_t i = 0; i < n;) {
        while (i < n && is_blank(line[i]))
            i++;
        if (i == n)
            break;
        last = i;
        fields++;
        while (i < n && !is_blank(line[i]))
            i++;
        last_n = i - last;
    }
    if (!fields)
        return;
    const bool tab = memchr(line, '\t', n) != NULL;
    if (l->lines++ == 0) {
        char *end;
        l->width = fields;
        l->conllu = tab && fields >= 8 && strtol(line, &end, 10) > 0 && (*end == '\t' || *end == '-');
    }
    l->same += fields == l->width;
    l->one += fields == 1;
    l->tagged += fields > 1 && isg_tag_split(line + last, last_n, &type, &type_n) != 0;
    l->tabs += tab;
    l->json += line[0] == '{';
}

/* Nine lines in ten of at least ten: the others are mistakes. */
static bool nearly_all(size_t n, size_t lines)
{
    return n == lines || (lines >= 10 && n >= lines - lines / 10);
}

static enum isg_ner_format verdict(const struct looks *l)
{
    const size_t n = l->lines;
    if (n && l->json == n)
        return ISG_NER_JSONL;
    if (nearly_all(l->one, n) || 4 * l->tagged >= 3 * n || (nearly_all(l->tabs, n) && nearly_all(l->same, n)) ||
        (n > 2 && l->width <= 6 && nearly_all(l->same, n)))
        return ISG_NER_COLUMNS;
    return ISG_NER_TEXT;
}

/* Standard input, a pipe or a device, copied to a file that can be read twice. */
static enum isg_status copy(
    struct isg_tag_input *in, const char *path, const struct isg_env *env, struct isg_error *err)
{
    FILE *const from = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (!from)
        return isg_error_errno(err, path, "cannot open");
    static const size_t size = 1 << 16;
    char *const buffer = isg_malloc(size, 1);
    enum isg_status status = ISG_OK;
    uint64_t done = 0;
    size_t line = 0;
    if (!buffer)
        status = isg_error_nomem(err, "a copy of the input");
    else if (!(in->copy = tmpfile()))
        status = isg_error_errno(err, NULL, "cannot make a temporary file for the input");
    for (size_t n = size; status == ISG_OK && n > 0; done += n) {
        n = fread(buffer, 1, size, from);
        const char *const lf = memrchr(buffer, '\n', n);
        line = lf ? (size_t)(buffer + n - lf) : line + n;
        if (ferror(from))
            status = isg_error_errno(err, in->name, "cannot read");
        else if (fwrite(buffer, 1, n, in->copy) != n)
            status = isg_error_errno(err, NULL, "cannot write a temporary file for the input");
        else if (line > 64 * MAX_LINE)
            status = isg_error_set(err, ISG_EDATA, in->name, 0, "a line of more than 1 GiB");
        else
            status = isg_progress(env, "reading", done, 0, err);
    }
    isg_free(buffer);
    if (status == ISG_OK && fflush(in->copy) != 0)
        status = isg_error_errno(err, NULL, "cannot write a temporary file for the input");
    if (from != stdin)
        fclose(from);
    if (status == ISG_OK) {
        rewind(in->copy);
        snprintf(in->copy_path, sizeof in->copy_path, "/dev/fd/%d", fileno(in->copy));
        in->path = in->copy_path;
    }
    return status;
}

void isg_tag_input_close(struct isg_tag_input *in)
{
    if (in->copy)
        fclose(in->copy);
    in->copy = NULL;
}

void isg_tag_input_rename(const struct isg_tag_input *in, struct isg_error *err, enum isg_status status)
{
    if (status != ISG_OK && in->copy && strcmp(err->file, in->copy_path) == 0)
        snprintf(err->file, sizeof err->file, "%s", in->name);
}

enum isg_status isg_tag_detect(struct isg_tag_input *in, const char *path, enum isg_ner_format *format,
    struct isg_columns *columns, const struct isg_env *env, struct isg_error *err)
{
    static const char *const names[] = {"", "columns", "raw text", "JSON lines"};
    struct stat st;
    in->path = path;
    in->name = strcmp(path, "-") == 0 ? "<standard input>" : path;
    if (strcmp(path, "-") == 0 || (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
        ISG_TRY(copy(in, path, env, err));
    struct isg_reader *r;
    ISG_TRY(isg_reader_open(&r, in->path, err));
    struct looks l = {0};
    enum isg_status status = ISG_OK;
    while (l.lines < LOOK_LINES) {
        char *line;
        size_t n;
        ISG_GOTO(isg_reader_line(r, &line, &n, err));
        if (!line)
            break;
        if (strncmp(line, "-DOCSTART-", 10) != 0 && !(line[0] == '#' && line[1] == ' '))
            look(&l, line, n);
    }
    *format = verdict(&l);
    if (l.conllu && *format == ISG_NER_COLUMNS && columns->word == 0)
        columns->word = 1;
    isg_log(env, ISG_LOG_INFO, "%s: read as %s (--format overrides)", in->name, names[*format]);
out:
    isg_reader_close(r);
    return status;
}
