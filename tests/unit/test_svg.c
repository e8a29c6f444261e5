#include "tests/test.h"

#include "src/mem.h"
#include "src/svg.h"

static void test_labels_are_escaped(void **state)
{
    (void)state;
    struct isg_text t = {0};
    isg_svg_begin(&t, 100, 50);
    isg_svg_label(&t, 1, 2, ISG_SVG_END, ISG_SVG_RED, "%s%d", "<a&\"b\">\033[1m \342\200\256x\377 é", 7);
    isg_svg_label_up(&t, 3, 4, "R&D");
    char *const s = isg_svg_end(&t);
    assert_non_null(strstr(s, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100\" height=\"50\""));
    assert_non_null(strstr(s, "<text x=\"1.0\" y=\"2.0\" text-anchor=\"end\" fill=\"#b33\">"
                              "&lt;a&amp;&quot;b&quot;&gt;[1m \357\277\275x\357\277\275 é7</text>\n"));
    assert_non_null(strstr(s, "rotate(-90 3.0 4.0)\">R&amp;D</text>\n"));
    assert_string_equal(s + strlen(s) - 7, "</svg>\n");
    isg_free(s);
}

static void test_plot(void **state)
{
    (void)state;
    struct isg_svg_plot p = {60, 40, 340, 260, .inset = 20, .low = 0, .high = 100, .n = 3};
    assert_near(isg_svg_x(&p, 0), 80, 1e-9);
    assert_near(isg_svg_x(&p, 1), 230, 1e-9);
    assert_near(isg_svg_x(&p, 2), 380, 1e-9);
    assert_near(isg_svg_y(&p, 0), 300, 1e-9);
    assert_near(isg_svg_y(&p, 25), 235, 1e-9);
    assert_near(isg_svg_y(&p, 100), 40, 1e-9);
    struct isg_text t = {0};
    isg_svg_begin(&t, 460, 340);
    isg_svg_axes(&t, &p, true);
    isg_svg_ticks(&t, &p, 2, false, ISG_SVG_BLACK);
    isg_svg_curve(&t, &p, (const double[]){0, (double)NAN, 100}, ISG_SVG_BLUE);
    char *const s = isg_svg_end(&t);
    assert_non_null(strstr(s, "M60.0 40.0V300.0H400.0V40.0\""));
    assert_non_null(strstr(s, "<text x=\"54.0\" y=\"304.0\" text-anchor=\"end\" fill=\"black\">0</text>"));
    assert_non_null(strstr(s, "<text x=\"54.0\" y=\"174.0\" text-anchor=\"end\" fill=\"black\">50</text>"));
    assert_non_null(strstr(s, "<text x=\"54.0\" y=\"44.0\" text-anchor=\"end\" fill=\"black\">100</text>"));
    assert_non_null(strstr(s, "points=\"80.0,300.0 380.0,40.0\"/>")); /* no point where there is no value */
    isg_free(s);
    p.n = 1; /* one place, one value: in the middle, not divided by 0 */
    p.high = 0;
    assert_near(isg_svg_x(&p, 0), 230, 1e-9);
    assert_near(isg_svg_y(&p, 0), 170, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_labels_are_escaped), cmocka_unit_test(test_plot)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
