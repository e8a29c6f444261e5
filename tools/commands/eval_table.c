/* Scores of several systems as Markdown, LaTeX or CSV. */
#include "tools/commands/eval_table.h"

#include <string.h>

enum { N_COLUMNS = 7 };
static const char *const columns[N_COLUMNS] = {
    "precision", "recall", "F1", "seqeval strict F1", "exact F1", "partial F1", "type F1"};

static void row_of(const struct isg_ner_score *s, const struct isg_ner_schemes *x, double row[N_COLUMNS])
{
    const double all[N_COLUMNS] = {isg_ner_precision(&s->overall), isg_ner_recall(&s->overall), isg_ner_f1(&s->overall),
        isg_ner_f1(&x->seqeval_strict), isg_ner_overlap_f1(&x->overlap[ISG_OVERLAP_EXACT]),
        isg_ner_overlap_f1(&x->overlap[ISG_OVERLAP_PARTIAL]), isg_ner_overlap_f1(&x->overlap[ISG_OVERLAP_TYPE])};
    memcpy(row, all, sizeof all);
}

/* A name, safe in the form. Control characters become spaces. */
static void write_name(FILE *to, enum isg_table form, const char *name)
{
    if (form == ISG_TABLE_CSV)
        fputc('"', to);
    for (const char *c = name; *c; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7F)
            fputc(' ', to);
        else if (form == ISG_TABLE_CSV)
            fprintf(to, *c == '"' ? "\"\"" : "%c", *c);
        else if (form == ISG_TABLE_MARKDOWN)
            fprintf(to, strchr("|\\`*_<", *c) ? "\\%c" : "%c", *c);
        else if (strchr("\\~^", *c))
            fputs(*c == '\\' ? "\\textbackslash{}" : *c == '~' ? "\\textasciitilde{}" : "\\textasciicircum{}", to);
        else
            fprintf(to, strchr("&%$#_{}", *c) ? "\\%c" : "%c", *c);
    }
    if (form == ISG_TABLE_CSV)
        fputc('"', to);
}

static void write_head(FILE *to, enum isg_table form)
{
    static const char *const start[] = {"| system", "\\begin{tabular}{lrrrrrrr}\n\\hline\nsystem", "system"};
    static const char *const between[] = {" | ", " & ", ","}, *const end[] = {" |\n", " \\\\\n\\hline\n", "\n"};
    fputs(start[form], to);
    for (int i = 0; i < N_COLUMNS; i++)
        fprintf(to, "%s%s", between[form], columns[i]);
    fputs(end[form], to);
    if (form != ISG_TABLE_MARKDOWN)
        return;
    fputs("| ---", to);
    for (int i = 0; i < N_COLUMNS; i++)
        fputs(" | ---:", to);
    fputs(" |\n", to);
}

void isg_eval_table(FILE *to, enum isg_table form, const char *const *names, const struct isg_ner_score *scores,
    const struct isg_ner_schemes *schemes, size_t n)
{
    static const char *const start[] = {"| ", "", ""}, *const between[] = {" | ", " & ", ","};
    static const char *const end[] = {" |\n", " \\\\\n", "\n"};
    write_head(to, form);
    for (size_t k = 0; k < n; k++) {
        double row[N_COLUMNS];
        row_of(&scores[k], &schemes[k], row);
        fputs(start[form], to);
        write_name(to, form, names[k]);
        for (int i = 0; i < N_COLUMNS; i++)
            fprintf(to, "%s%.2f", between[form], row[i]);
        fputs(end[form], to);
    }
    if (form == ISG_TABLE_LATEX)
        fputs("\\hline\n\\end{tabular}\n", to);
}
