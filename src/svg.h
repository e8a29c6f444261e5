/** @file src/svg.h  Pictures in SVG: texts, lines, points, rectangles and plots on white.
 *
 * Lengths are pixels, y grows downwards. Every function appends to a text that was zeroed before isg_svg_begin; running
 * out of memory shows in isg_svg_end alone. Texts are escaped. Numbers that are not finite are left out. */
#ifndef ISG_SRC_SVG_H
#define ISG_SRC_SVG_H
#include "src/text.h"

/** Colours of the two things that a picture compares, and of axes and hints. */
#define ISG_SVG_BLUE "#236"
#define ISG_SVG_RED "#b33"
#define ISG_SVG_BLACK "black"
#define ISG_SVG_WHITE "white"
#define ISG_SVG_GREY "#888"
#define ISG_SVG_PALE "#ccc"

/** Which part of a text is at its x. */
enum isg_svg_anchor { ISG_SVG_START, ISG_SVG_MIDDLE, ISG_SVG_END };

void isg_svg_begin(struct isg_text *t, double width, double height);
/** The document, the caller's to isg_free; NULL = no memory. */
char *isg_svg_end(struct isg_text *t);

/** A text with its baseline at y. */
void isg_svg_label(struct isg_text *t, double x, double y, enum isg_svg_anchor anchor, const char *colour,
    const char *fmt, ...) ISG_PRINTF(6, 7);
/** A text that reads upwards, centred on (x, y). */
void isg_svg_label_up(struct isg_text *t, double x, double y, const char *s);
void isg_svg_line(struct isg_text *t, double x0, double y0, double x1, double y1, const char *colour);
/** A dot of radius 3. */
void isg_svg_point(struct isg_text *t, double x, double y, const char *colour);
/** A rectangle; opacity of the filling: 0 to 1; stroke: colour of the border, NULL = none. */
void isg_svg_rect(struct isg_text *t, double x, double y, double width, double height, const char *colour,
    double opacity, const char *stroke);

/** A plot of n places at equal distances, values upwards from `low` to `high`. */
struct isg_svg_plot {
    double left, top, width, height; /**< the frame */
    double inset;                    /**< from the frame to the first and the last place */
    double low, high;
    size_t n;
};
/** Middle of place i, 0 to n - 1; a single place is in the middle. */
double isg_svg_x(const struct isg_svg_plot *p, size_t i);
/** Height of a value; all values are in the middle where low = high. */
double isg_svg_y(const struct isg_svg_plot *p, double value);
/** Axes on the left and below, with `both` on the right, too. */
void isg_svg_axes(struct isg_text *t, const struct isg_svg_plot *p, bool both);
/** `steps` + 1 values from low to high beside the left axis, with `right` beside the right one. */
void isg_svg_ticks(struct isg_text *t, const struct isg_svg_plot *p, int steps, bool right, const char *colour);
/** A line through values[0..n); NaN = no value at this place. */
void isg_svg_curve(struct isg_text *t, const struct isg_svg_plot *p, const double *values, const char *colour);

#endif
