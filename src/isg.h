/** @file src/isg.h  Public header of the base library: everything below align, translate and ner.
 *
 * Other folders include this header and no other of src/.  The parts, from the ground up:
 *   error.h    statuses, struct isg_error, struct isg_env (log, progress, threads)
 *   mem.h      checked allocation, arenas            strtab.h   string <-> id
 *   keytab.h   64-bit key -> value
 *   array.h    growing arrays                        names.h    names by type (gazetteers)
 *   utf8.h     Unicode text                          rng.h      counter-based random numbers
 *   pool.h     threads                               mat.h      matrix views
 *   reader.h   lines and bytes of files              writer.h   files written atomically
 *   checksum.h checksums of files                    packing.h  compressed files
 *   blas.h     BLAS and LAPACK
 *   vectors/   word-vector files                     safetensors.h  tensor container
 *   columns.h  labelled text                         tags.h     tags of entities, schemes
 *   pattern.h  lists of regular expressions
 *   toml.h     project files                         opt.h      option tables
 *   term.h     progress bar, colours             text.h     growing text, XML
 *   tokenise.h tokens and sentences of raw text  half.h     half precision
 *   escape.h   control characters made visible   svg.h      pictures
 *   icu.h      letter case by language, transliteration
 *   sentences.h  plain text as words, line by line
 */
#ifndef ISG_SRC_ISG_H
#define ISG_SRC_ISG_H

#define ISG_VERSION "0.1.0"

#include "src/error.h"
#include "src/mem.h"
#include "src/reserve.h"
#include "src/array.h"
#include "src/strtab.h"
#include "src/keytab.h"
#include "src/utf8.h"
#include "src/rng.h"
#include "src/pool.h"
#include "src/mat.h"
#include "src/half.h"
#include "src/blas.h"
#include "src/packing.h"
#include "src/reader.h"
#include "src/tempfile.h"
#include "src/writer.h"
#include "src/checksum.h"
#include "src/text.h"
#include "src/svg.h"
#include "src/vectors/decimal.h"
#include "src/vectors/vectors.h"
#include "src/vectors/save.h"
#include "src/vectors/fasttext.h"
#include "src/safetensors.h"
#include "src/tags.h"
#include "src/columns.h"
#include "src/pattern.h"
#include "src/names.h"
#include "src/resource.h"
#include "src/tokenise.h"
#include "src/sentences.h"
#include "src/toml.h"
#include "src/opt.h"
#include "src/term.h"
#include "src/escape.h"
#include "src/icu.h"

#endif
