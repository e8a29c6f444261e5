/* Reads and writes vectors: vectors IN OUT copies the ten most frequent words of IN, with their rows, to OUT. */
#include <isogloss/isogloss.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    struct isogloss_context *c = NULL;
    struct isogloss_vectors *all = NULL, *ten = NULL;
    const char *words[10];
    if (argc != 3 || isogloss_context_new(&c) != ISOGLOSS_OK)
        return 1;
    enum isogloss_status status = isogloss_vectors_load(c, argv[1], NULL, &all);
    if (status == ISOGLOSS_OK) {
        const size_t n = isogloss_vectors_count(all) < 10 ? isogloss_vectors_count(all) : 10;
        for (size_t i = 0; i < n; i++)
            words[i] = isogloss_vectors_word(all, i);
        status = isogloss_vectors_new(c, words, isogloss_vectors_rows(all), n, isogloss_vectors_dim(all), &ten);
    }
    if (status == ISOGLOSS_OK)
        status = isogloss_vectors_save(c, ten, argv[2], 0);
    if (status != ISOGLOSS_OK)
        fprintf(stderr, "%s\n", isogloss_error_message(c));
    isogloss_vectors_free(ten);
    isogloss_vectors_free(all);
    isogloss_context_free(c);
    return status != ISOGLOSS_OK;
}
