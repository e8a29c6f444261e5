/* Settings that follow from the profile of a language. */
#include "translate/profile.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Of the words inside sentences; between German nouns (a quarter) and Dutch names (one in twelve). */
#define NOUNS_HAVE_CAPITALS 0.16
/* Of the capitals inside sentences: words that are also written small ("rais", "waziri" in Swahili). */
#define CAPITALS_ARE_UNSURE 0.25
/* Of the long sentences that would have a marked word if such words were spread evenly. */
#define MARKS_ARE_LEFT_OUT 0.2

struct list {
    struct isg_suggestion *v;
    size_t n;
};

static struct isg_suggestion *add(struct list *l, const char *setting, const char *reason, ...) ISG_PRINTF(3, 4);
static struct isg_suggestion *add(struct list *l, const char *setting, const char *reason, ...)
{
    struct isg_suggestion *const s = &l->v[l->n++];
    va_list ap;
    *s = (struct isg_suggestion){.setting = setting};
    va_start(ap, reason);
    vsnprintf(s->reason, sizeof s->reason, reason, ap);
    va_end(ap);
    return s;
}

static const char *first(const struct isg_profile_list *l, const char *otherwise)
{
    return l->n ? l->v[0].text : otherwise;
}

static double share(uint64_t a, uint64_t b)
{
    return b ? (double)a / (double)b : 0;
}

static bool has_case(const struct isg_profile *p)
{
    return p->cased * 10 >= p->letters;
}

static void suggest_case(struct list *l, const struct isg_profile *p)
{
    if (!has_case(p)) {
        add(l, "casing", "the script has no capitals: no option about them has an effect");
        return;
    }
    const double capitals = isg_profile_capitals(p), unsure = share(p->capital_both, p->capital + p->all_caps);
    const bool nouns = capitals >= NOUNS_HAVE_CAPITALS;
    struct isg_suggestion *s = add(l, "casing", "%.1f %% of the words inside sentences have a capital: %s",
        100 * capitals,
        nouns ? "more than names do, so words are cased as the text writes them"
              : "about as many as names do, so the source's capitals carry over");
    snprintf(s->option, sizeof s->option, "translate --casing %s", nouns ? "target --case-table TABLE" : "source");
    const bool rule = !nouns && unsure < CAPITALS_ARE_UNSURE;
    s = add(l, "capitals", "%.1f %% of those capitals are on words that are also written small%s", 100 * unsure,
        nouns  ? ", and nouns have capitals: a capital says little about a name"
        : rule ? ": a capital inside a sentence is nearly always a name"
               : " (titles, offices): a capital is no proof of a name");
    snprintf(s->option, sizeof s->option, "ner tag %s", rule ? "--capitals" : "--no-capitals");
    s = add(l, "drop-lower",
        nouns ? "a language whose nouns have capitals writes some names small (demonyms)"
              : "what the text always writes small (months, demonyms) is seldom a name in it");
    snprintf(
        s->option, sizeof s->option, "translate %s", nouns ? "--no-drop-lower" : "--drop-lower --case-table TABLE");
}

static void suggest_script(struct list *l, const struct isg_profile *p, const char *from)
{
    const char *const to = first(&p->scripts, "?");
    char id[120];
    struct isg_transliterator *t;
    struct isg_error err;
    if (strcmp(to, from) == 0 || strcmp(to, "?") == 0)
        return;
    snprintf(id, sizeof id, "Lower; %s-%s", from, to);
    if (isg_transliterator_new(&t, id, &err) != ISG_OK) {
        add(l, "transliterate",
            "names are written in %s, and ICU has no way from %s to it: they are found by the lexicon alone", to, from);
        return;
    }
    isg_transliterator_free(t);
    struct isg_suggestion *const s = add(l, "transliterate",
        "names are written in %s; lower-cased first, since some rules know small letters alone", to);
    snprintf(s->option, sizeof s->option, "translate --policy PER=transliterate --transliterator \"%s\"", id);
}

static void suggest_signs(struct list *l, const struct isg_profile *p, const struct isg_profile *source)
{
    const char *const theirs = source ? first(&source->ends, ".") : ".", *const end = first(&p->ends, "");
    if (*end && strcmp(end, theirs) != 0 && p->ends.v[0].n * 2 > p->sentences - p->no_end) {
        struct isg_suggestion *const s = add(l, "signs",
            "sentences end in %s here and in %s in the source: a lexicon line \"%s<TAB>%s\" changes it", end, theirs,
            theirs, end);
        snprintf(s->option, sizeof s->option, "translate --lexicon SIGNS");
    }
    const char *const theirs_from = source ? first(&source->digits, "0") : "0";
    uint64_t others = 0, all = 0;
    for (size_t i = 0; i < p->digits.n; i++) {
        all += p->digits.v[i].n;
        others += strcmp(p->digits.v[i].text, theirs_from) == 0 ? 0 : p->digits.v[i].n;
    }
    if (others * 20 > all)
        add(l, "digits",
            "%.1f %% of the digits are not those of the source (%s...): write all texts with the same ones",
            100 * share(others, all), theirs_from);
    if (p->unspaced * 2 > p->letters)
        add(l, "words",
            "no spaces between words: isogloss tokenise cuts them by ICU's dictionaries; vectors, labels and "
            "tagger must have the same words");
}

static void suggest_text(struct list *l, const struct isg_profile *p)
{
    const double marked = share(p->marked, p->words);
    if (share(p->not_nfc, p->lines) >= 0.001)
        add(l, "nfc",
            "%.1f %% of the lines are not in normal form C; texts are compared in it, other tools need isogloss "
            "tokenise",
            100 * share(p->not_nfc, p->lines));
    const double should = (double)p->long_lines - p->bare_expected, lack = (double)p->bare_lines - p->bare_expected;
    if (marked > 0.005 && should > 20 && lack > MARKS_ARE_LEFT_OUT * should)
        add(l, "marks",
            "some writers leave marks out: %.0f %% of the sentences of ten words or more that should have one have "
            "none; "
            "train on text of both kinds",
            100 * lack / should);
    if (p->tokens < 5000000)
        add(l, "vectors",
            "%.1f M tokens of text give weak vectors: prefer a dictionary or parallel text to the map of align fit",
            (double)p->tokens / 1e6);
}

size_t isg_suggest(
    const struct isg_profile *target, const struct isg_profile *source, struct isg_suggestion out[ISG_MAX_SUGGESTIONS])
{
    struct list l = {out, 0};
    suggest_case(&l, target);
    suggest_script(&l, target, source ? first(&source->scripts, "Latin") : "Latin");
    suggest_signs(&l, target, source);
    suggest_text(&l, target);
    return l.n;
}
