/** @file align/cxx.h  What happens when a C++ library (FAISS) runs out of memory. Private to align.
 *
 * FAISS's C interface catches exceptions but does not say which; exceptions while the program is loaded, or in a parallel
 * region, end in std::terminate. So in the program, from before the libraries are loaded (isg_align_program_starts), a failure
 * of operator new is noted, and std::terminate for lack of memory writes one line to standard error and exits with status 1.
 * A library leaves the process as it is. */
#ifndef ISG_ALIGN_CXX_H
#define ISG_ALIGN_CXX_H
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif
/** FAISS's C interface prints an exception to std::cerr besides handing it over: no more, in the program. */
void isg_cxx_hush(void);
bool isg_cxx_out_of_memory(void);    /**< Has operator new failed in this program? In a library always false. */
void isg_align_program_starts(void); /**< as in align.h, which is no C++ */
void isg_cxx_throw_no_memory(void);  /**< std::bad_alloc; does not return */
#ifdef __cplusplus
}
#endif
#endif
