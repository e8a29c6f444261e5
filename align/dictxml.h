/** @file align/dictxml.h  Reading dictionaries in XML: XDXF, LIFT and TBX. Private to align.
 *
 *   XDXF  ar: k = headword; dtrn, or where there is none deftext, = translations (draft 34)
 *   LIFT  entry: lexical-unit/form/text = headword; gloss/text, or where there is none definition/form/text (version 0.13)
 *   TBX   conceptEntry (termEntry): terms of the first langSec (langSet) = headwords, those of the others = translations
 *         (ISO 30042, DCA and DCT)
 * Needs expat at build time; without it, isg_dictxml_new is ISG_EUSAGE and names the package. */
#ifndef ISG_ALIGN_DICTXML_H
#define ISG_ALIGN_DICTXML_H
#include "align/align.h"

struct isg_dictxml;
ISG_MUST_CHECK enum isg_status isg_dictxml_new(struct isg_dictxml **out, const char *path, struct isg_error *err);
void isg_dictxml_free(struct isg_dictxml *x); /**< NULL is fine */
/** The next n bytes; `last` after all of them. What is not well-formed is ISG_EDATA with its line. */
ISG_MUST_CHECK enum isg_status isg_dictxml_feed(
    struct isg_dictxml *x, const char *data, size_t n, bool last, struct isg_error *err);
/** Takes a pair that has been read: terminated strings, valid until the next call of feed; false = feed more. */
bool isg_dictxml_take(struct isg_dictxml *x, char *word[2], uint64_t *line);
const char *isg_dictxml_format(const struct isg_dictxml *x); /**< "xdxf", "lift", "tbx", "xml" (none of these) */
#endif
