/* Translates words: translate_word SRC TGT SEED WORD... learns a map and prints the three best translations of each word. */
#include <isogloss/isogloss.h>
#include <stdio.h>

enum { K = 3 };

/* 0 on success. */
static int print_translations(struct isogloss_context *c, struct isogloss_space *space,
    const struct isogloss_vectors *tgt, const char *const *words, size_t n)
{
    uint32_t rows[K];
    float scores[K];
    for (size_t i = 0; i < n; i++) {
        if (isogloss_space_translate(c, space, &words[i], 1, K, rows, scores) != ISOGLOSS_OK)
            return 1;
        for (int j = 0; j < K && rows[j] != UINT32_MAX; j++)
            printf("%s\t%d\t%s\t%.4f\n", words[i], j + 1, isogloss_vectors_word(tgt, rows[j]), (double)scores[j]);
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct isogloss_context *c = NULL;
    struct isogloss_vectors *src = NULL, *tgt = NULL;
    struct isogloss_map *map = NULL;
    struct isogloss_space *space = NULL;
    if (argc < 5 || isogloss_context_new(&c) != ISOGLOSS_OK)
        return 1;
    struct isogloss_map_options options = {.size = sizeof options, .seed_dict = argv[3]};
    const int failed = isogloss_vectors_load(c, argv[1], NULL, &src) != ISOGLOSS_OK ||
                       isogloss_vectors_load(c, argv[2], NULL, &tgt) != ISOGLOSS_OK ||
                       isogloss_map_fit(c, src, tgt, &options, &map) != ISOGLOSS_OK ||
                       isogloss_space_new(c, map, src, tgt, NULL, &space) != ISOGLOSS_OK ||
                       print_translations(c, space, tgt, (const char *const *)argv + 4, (size_t)argc - 4);
    if (failed)
        fprintf(stderr, "%s\n", isogloss_error_message(c));
    isogloss_space_free(space);
    isogloss_map_free(map);
    isogloss_vectors_free(tgt);
    isogloss_vectors_free(src);
    isogloss_context_free(c);
    return failed;
}
