/** @file src/tags.h  Tags of named entities and their schemes: IOB1, BIO (IOB2), BIOES (IOBES, BILUO), BMES, IO. */
#ifndef ISG_SRC_TAGS_H
#define ISG_SRC_TAGS_H
#include "src/array.h"
#include "src/error.h"

/** A named entity: tokens first .. first + n - 1. */
struct isg_span {
    uint32_t first, n;
    uint32_t type; /**< id in the caller's table of types */
};
enum isg_scheme { ISG_SCHEME_UNKNOWN, ISG_IOB1, ISG_BIO, ISG_BIOES, ISG_BMES, ISG_IO };
const char *isg_scheme_name(enum isg_scheme s);
/** Splits "B-PER" into 'B' and type "PER"; "O" gives 'O' and an empty type; no dash, an unknown letter or an
 * empty type gives 0. IOBES/BILUO/BMES letters come out as B I E S ('M' -> 'I', 'L' -> 'E', 'U' and 'W' ->
 * 'S'). */
char isg_tag_split(const char *tag, size_t n, const char **type, size_t *type_n);
/** Collects evidence tag by tag (sentence by sentence) and names the scheme that (but for slips: one
 * entity's start in eight) no tag contradicts. `previous` is the tag
 * before it in its sentence, or NULL. Entities without a single B- are read alike as IO and IOB1, and called
 * IOB1; UNKNOWN means no entity at all, or B- at the start of some entities and I- of others. */
struct isg_scheme_vote {
    uint64_t n_tags, b_after_other, b_after_same, i_at_start, e_or_s, m;
};
void isg_scheme_see(struct isg_scheme_vote *v, const char *tag, size_t n, const char *previous, size_t previous_n);
enum isg_scheme isg_scheme_verdict(const struct isg_scheme_vote *v);
/** The entities of a sentence; a zeroed struct is empty, ISG_ARRAY_FREE frees it. */
struct isg_spans {
    struct isg_span *v;
    size_t n, cap;
};
/**
 * Entities of one sentence by conlleval's rules of where a chunk starts and ends, which read IOB1, BIO and
 * BIOES alike. tags[i] = letter as isg_tag_split gives it, types[i] = type id. spans: emptied first, its memory is kept.
 */
ISG_MUST_CHECK enum isg_status isg_spans_from_tags(
    const char *letters, const uint32_t *types, size_t n, struct isg_spans *spans, struct isg_error *err);
/** The letter each token gets in a scheme (ISG_BIO, ISG_BIOES, ISG_BMES, ISG_IOB1), types[i] = the type or
 * ISG_NO_ID. */
void isg_spans_to_tags(
    const struct isg_span *spans, size_t n_spans, enum isg_scheme scheme, size_t n, char *letters, uint32_t *types);

#endif
