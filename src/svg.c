/* Pictures in SVG. */
#include "src/svg.h"

#include "src/mem.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

static const char *const anchors[] = {"start", "middle", "end"};

void isg_svg_begin(struct isg_text *t, double width, double height)
{
    isg_text_put(t,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" "
        "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"%.0f\" height=\"%.0f\" fill=\"white\"/>\n",
        width, height, width, height, width, height);
}

char *isg_svg_end(struct isg_text *t)
{
    isg_text_put(t, "</svg>\n");
    return isg_text_finish(t);
}

void isg_svg_label(
    struct isg_text *t, double x, double y, enum isg_svg_anchor anchor, const char *colour, const char *fmt, ...)
{
    va_list ap;
    struct isg_text label = {0};
    va_start(ap, fmt);
    isg_text_vput(&label, fmt, ap);
    va_end(ap);
    char *const s = isg_text_finish(&label);
    if (!s) {
        t->failed = true;
        return;
    }
    isg_text_put(t, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\">", x, y, anchors[anchor], colour);
    isg_text_put_xml(t, s);
    isg_text_put(t, "</text>\n");
    isg_free(s);
}

void isg_svg_label_up(struct isg_text *t, double x, double y, const char *s)
{
    isg_text_put(
        t, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" transform=\"rotate(-90 %.1f %.1f)\">", x, y, x, y);
    isg_text_put_xml(t, s);
    isg_text_put(t, "</text>\n");
}

void isg_svg_line(struct isg_text *t, double x0, double y0, double x1, double y1, const char *colour)
{
    isg_text_put(t, "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"%s\"/>\n", x0, y0, x1, y1, colour);
}

void isg_svg_point(struct isg_text *t, double x, double y, const char *colour)
{
    isg_text_put(t, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>\n", x, y, colour);
}

void isg_svg_rect(struct isg_text *t, double x, double y, double width, double height, const char *colour,
    double opacity, const char *stroke)
{
    isg_text_put(t,
        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\" fill-opacity=\"%.3f\" "
        "stroke=\"%s\"/>\n",
        x, y, width, height, colour, opacity, stroke ? stroke : "none");
}

double isg_svg_x(const struct isg_svg_plot *p, size_t i)
{
    return p->left + p->inset + (p->width - 2 * p->inset) * (p->n > 1 ? (double)i / (double)(p->n - 1) : 0.5);
}

double isg_svg_y(const struct isg_svg_plot *p, double value)
{
    return p->top + p->height * (1 - (p->high > p->low ? (value - p->low) / (p->high - p->low) : 0.5));
}

void isg_svg_axes(struct isg_text *t, const struct isg_svg_plot *p, bool both)
{
    const double bottom = p->top + p->height, right = p->left + p->width;
    isg_text_put(t, "<path d=\"M%.1f %.1fV%.1fH%.1f", p->left, p->top, bottom, right);
    if (both)
        isg_text_put(t, "V%.1f", p->top);
    isg_text_put(t, "\" fill=\"none\" stroke=\"" ISG_SVG_GREY "\"/>\n");
}

void isg_svg_ticks(struct isg_text *t, const struct isg_svg_plot *p, int steps, bool right, const char *colour)
{
    const double x = right ? p->left + p->width + 6 : p->left - 6;
    for (int i = 0; i <= steps; i++) {
        const double value = p->low + (p->high - p->low) * i / steps;
        const double y = p->top + p->height * (1 - (double)i / steps) + 4; /* centred on the value */
        isg_svg_label(t, x, y, right ? ISG_SVG_START : ISG_SVG_END, colour, "%.4g", value);
    }
}

void isg_svg_curve(struct isg_text *t, const struct isg_svg_plot *p, const double *values, const char *colour)
{
    const char *gap = "";
    isg_text_put(t, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"", colour);
    for (size_t i = 0; i < p->n; i++) {
        if (!isfinite(values[i]))
            continue;
        isg_text_put(t, "%s%.1f,%.1f", gap, isg_svg_x(p, i), isg_svg_y(p, values[i]));
        gap = " ";
    }
    isg_text_put(t, "\"/>\n");
}
