/* Tags a string: tag_string MODEL TEXT prints each entity with its type, probability and offsets. */
#include <isogloss/isogloss.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    struct isogloss_context *c = NULL;
    struct isogloss_tagger *tagger = NULL;
    struct isogloss_tagged *found = NULL;
    if (argc != 3 || isogloss_context_new(&c) != ISOGLOSS_OK)
        return 1;
    const char *const models[] = {argv[1]}, *const texts[] = {argv[2]};
    enum isogloss_status status = isogloss_tagger_load(c, models, 1, &tagger);
    if (status == ISOGLOSS_OK)
        status = isogloss_tag_texts(c, tagger, texts, NULL, 1, NULL, &found);
    if (status != ISOGLOSS_OK)
        fprintf(stderr, "%s\n", isogloss_error_message(c));
    for (size_t i = 0; found && i < isogloss_tagged_entities(found); i++) {
        const struct isogloss_entity *e = isogloss_tagged_entity(found, i);
        printf("%s\t%.3f\t%zu\t%zu\t%.*s\n", e->type, e->probability, e->start, e->end,
            (int)(e->byte_end - e->byte_start), texts[0] + e->byte_start);
    }
    isogloss_tagged_free(found);
    isogloss_tagger_free(tagger);
    isogloss_context_free(c);
    return status != ISOGLOSS_OK;
}
