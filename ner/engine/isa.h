/** @file ner/engine/isa.h  Instruction sets that the kernels are compiled for. */
#ifndef ISG_NER_ENGINE_ISA_H
#define ISG_NER_ENGINE_ISA_H

/** AUTO = the best that the processor has. Results differ in the last bits from one set to the next. */
enum isg_level_isa { ISG_ISA_AUTO, ISG_ISA_BASE, ISG_ISA_AVX2, ISG_ISA_AVX512 };
/** "auto", "base", "avx2" or "avx512". */
const char *isg_isa_name(enum isg_level_isa isa);
/** What AUTO means on this processor; never AUTO. */
enum isg_level_isa isg_isa_best(void);

#endif
