/* Dictionaries entry by entry: lines, CSV, XDXF, LIFT, TBX. */
#include "align/align.h"

#include <jansson.h>
#include <string.h>

static const char *language(const struct isg_dictfile *f, enum isg_side side)
{
    return f->languages ? f->languages[side] : "und";
}

/* For each XML format: what comes before the first entry; before and after a headword; around a translation; after the
 * last translation; after the last entry. %s is the language. */
static const struct xml {
    const char *head, *entry, *word_end, *before, *after, *entry_end, *foot;
} xml[] = {
    [ISG_DICT_XDXF] = {NULL, "<ar><k>", "</k><def>", "<def><deftext><dtrn>", "</dtrn></deftext></def>", "</def></ar>\n",
        "</lexicon>\n</xdxf>\n"},
    [ISG_DICT_LIFT] = {NULL, NULL, "</text></form></lexical-unit>", NULL, "</text></gloss></sense>", "</entry>\n",
        "</lift>\n"},
    [ISG_DICT_TBX] = {NULL, NULL, "</term></termSec></langSec>", "<termSec><term>", "</term></termSec>",
        "</langSec></conceptEntry>\n", "</body></text>\n</tbx>\n"},
};

static bool is_xml(enum isg_dict_format format)
{
    return format == ISG_DICT_XDXF || format == ISG_DICT_LIFT || format == ISG_DICT_TBX;
}

void isg_dictfile_begin(struct isg_dictfile *f, bool probability, bool mutual)
{
    const char *const from = language(f, ISG_SOURCE), *const to = language(f, ISG_TARGET);
    if (is_xml(f->format))
        isg_writer_text(f->w, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    if (f->format == ISG_DICT_CSV)
        isg_writer_printf(
            f->w, "source,rank,target,score%s%s\r\n", probability ? ",probability" : "", mutual ? ",mutual" : "");
    else if (f->format == ISG_DICT_XDXF)
        isg_writer_printf(f->w,
            "<xdxf lang_from=\"%s\" lang_to=\"%s\" format=\"logical\" "
            "revision=\"034\">\n<meta_info><title>%s-%s</title>"
            "<full_title>%s-%s</full_title><description>Made by isogloss %s</description></meta_info>\n<lexicon>\n",
            from, to, from, to, from, to, ISG_VERSION);
    else if (f->format == ISG_DICT_LIFT)
        isg_writer_printf(f->w, "<lift version=\"0.13\" producer=\"isogloss %s\">\n", ISG_VERSION);
    else if (f->format == ISG_DICT_TBX)
        isg_writer_printf(f->w,
            "<tbx type=\"TBX-Basic\" style=\"dca\" xml:lang=\"%s\" xmlns=\"urn:iso:std:iso:30042:ed-2\">\n<tbxHeader>"
            "<fileDesc><sourceDesc><p>Made by isogloss %s</p></sourceDesc></fileDesc></tbxHeader>\n<text><body>\n",
            from, ISG_VERSION);
}

static void xml_entry(struct isg_dictfile *f, const char *word)
{
    const unsigned long long id = (unsigned long long)f->entries;
    if (f->format == ISG_DICT_XDXF)
        isg_writer_text(f->w, xml[f->format].entry);
    else if (f->format == ISG_DICT_LIFT)
        isg_writer_printf(
            f->w, "<entry id=\"e%llu\"><lexical-unit><form lang=\"%s\"><text>", id, language(f, ISG_SOURCE));
    else
        isg_writer_printf(
            f->w, "<conceptEntry id=\"c%llu\"><langSec xml:lang=\"%s\"><termSec><term>", id, language(f, ISG_SOURCE));
    isg_writer_xml(f->w, word);
    isg_writer_text(f->w, xml[f->format].word_end);
    if (f->format == ISG_DICT_TBX)
        isg_writer_printf(f->w, "<langSec xml:lang=\"%s\">", language(f, ISG_TARGET));
}

static void xml_line(struct isg_dictfile *f, const struct isg_dict_line *l)
{
    if (l->rank == 1) {
        if (f->entries++)
            isg_writer_text(f->w, xml[f->format].entry_end);
        xml_entry(f, l->source);
    }
    if (f->format == ISG_DICT_LIFT)
        isg_writer_printf(f->w, "<sense id=\"e%llu.%u\"><gloss lang=\"%s\"><text>", (unsigned long long)f->entries,
            (unsigned)l->rank, language(f, ISG_TARGET));
    else
        isg_writer_text(f->w, xml[f->format].before);
    isg_writer_xml(f->w, l->target);
    isg_writer_text(f->w, xml[f->format].after);
}

static void csv_cell(struct isg_writer *w, const char *s)
{
    if (!strpbrk(s, ",\"\r\n") && s[0] != ' ') {
        isg_writer_text(w, s);
        return;
    }
    isg_writer_text(w, "\"");
    for (; *s; s++)
        isg_writer_write(w, *s == '"' ? "\"\"" : s, *s == '"' ? 2 : 1);
    isg_writer_text(w, "\"");
}

static enum isg_status write_json(struct isg_writer *w, const struct isg_dict_line *l, struct isg_error *err)
{
    json_t *const row = json_pack(
        "{s:s, s:i, s:s, s:f}", "source", l->source, "rank", (int)l->rank, "target", l->target, "score", l->score);
    bool made = row != NULL;
    if (made && l->probability)
        made = json_object_set_new(row, "probability", json_real(*l->probability)) == 0;
    if (made && l->mutual)
        made = json_object_set_new(row, "mutual", json_boolean(*l->mutual)) == 0;
    char *const text = made ? json_dumps(row, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;
    json_decref(row);
    if (!text)
        return isg_error_nomem(err, "a line of the dictionary");
    isg_writer_text(w, text);
    isg_writer_text(w, "\n");
    isg_reserve_free(text);
    return ISG_OK;
}

enum isg_status isg_dictfile_line(struct isg_dictfile *f, const struct isg_dict_line *l, struct isg_error *err)
{
    struct isg_writer *const w = f->w;
    const char comma = f->format == ISG_DICT_CSV ? ',' : '\t';
    if (is_xml(f->format)) {
        xml_line(f, l);
    } else if (f->format == ISG_DICT_JSONL) {
        return write_json(w, l, err);
    } else if (f->format == ISG_DICT_MUSE) { /* a space separates, or a tab where a word itself has a space */
        isg_writer_printf(
            w, "%s%s%s\n", l->source, strchr(l->source, ' ') || strchr(l->target, ' ') ? "\t" : " ", l->target);
    } else {
        (comma == ',' ? csv_cell : isg_writer_text)(w, l->source);
        isg_writer_printf(w, "%c%u%c", comma, (unsigned)l->rank, comma);
        (comma == ',' ? csv_cell : isg_writer_text)(w, l->target);
        isg_writer_printf(w, "%c%.4f", comma, l->score);
        if (l->probability)
            isg_writer_printf(w, "%c%.4f", comma, *l->probability);
        if (l->mutual)
            isg_writer_printf(w, "%c%d", comma, *l->mutual);
        isg_writer_text(w, comma == ',' ? "\r\n" : "\n");
    }
    return ISG_OK;
}

void isg_dictfile_end(struct isg_dictfile *f)
{
    if (!is_xml(f->format))
        return;
    if (f->entries)
        isg_writer_text(f->w, xml[f->format].entry_end);
    isg_writer_text(f->w, xml[f->format].foot);
}
