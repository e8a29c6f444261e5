#!/usr/bin/env python3
"""embed.py OUT.c FILE...: writes C source that holds the files, and isg_resource() to find them by name."""
import os
import sys


def main(out, paths):
    parts = ['#include "src/resource.h"\n#include <string.h>\n']
    for i, path in enumerate(paths):
        with open(path, 'rb') as f:
            data = f.read()
        rows = [','.join(str(b) for b in data[k:k + 32]) for k in range(0, len(data), 32)]
        parts.append('static const unsigned char data%d[] = {\n%s\n};\n' % (i, ',\n'.join(rows + ['0'])))
    table = ''.join('    {"%s", data%d, %d},\n' % (os.path.basename(p), i, os.path.getsize(p))
                    for i, p in enumerate(paths))
    parts.append('static const struct {\n    const char *name;\n    const unsigned char *data;\n    size_t n;\n} table[] = {\n'
                 + table + '};\n'
                 'const char *isg_resource(const char *name, size_t *n)\n{\n'
                 '    for (size_t i = 0; i < sizeof table / sizeof *table; i++)\n'
                 '        if (strcmp(table[i].name, name) == 0) {\n'
                 '            *n = table[i].n;\n'
                 '            return (const char *)table[i].data;\n'
                 '        }\n'
                 '    *n = 0;\n    return NULL;\n}\n')
    with open(out, 'w', encoding='utf-8') as f:
        f.write('\n'.join(parts))


main(sys.argv[1], sys.argv[2:])
