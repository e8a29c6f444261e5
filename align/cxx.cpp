/* What happens when a C++ library runs out of memory: noted, and no abort. */
#include "align/cxx.h"

#include <atomic>
#include <cstdlib>
#include <cxxabi.h>
#include <exception>
#include <iostream>
#include <new>
#include <typeinfo>
#include <unistd.h>

static std::atomic<bool> failed;
static bool is_program;

extern "C" bool isg_cxx_out_of_memory(void)
{
    return failed;
}

extern "C" void isg_cxx_hush(void)
{
    if (is_program)
        std::cerr.setstate(std::ios_base::badbit);
}

extern "C" void isg_cxx_throw_no_memory(void)
{
    throw std::bad_alloc();
}

static void note_failure()
{
    failed = true;
    throw std::bad_alloc();
}

static void end_program()
{
    static const char line[] = "isogloss: no memory for a library\n";
    const std::type_info *const type = abi::__cxa_current_exception_type();
    if (!type || *type != typeid(std::bad_alloc))
        abort();
    (void)!write(STDERR_FILENO, line, sizeof line - 1);
    _exit(1);
}

extern "C" void isg_align_program_starts(void)
{
    std::set_new_handler(note_failure);
    std::set_terminate(end_program);
    is_program = true;
}
