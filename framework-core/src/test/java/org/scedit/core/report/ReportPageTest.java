package org.scedit.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page in a real browser. Pictures of it, and what is printed, are left in {@code target/report-page}. */
class ReportPageTest {
    private static final Path LEFT = Path.of("target", "report-page");

    private static Browser browser;
    private static Path page;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        Path program = Browser.program().orElse(null);
        Assumptions.assumeTrue(
                program != null,
                "no Chromium on the PATH (chromium, chromium-browser or google-chrome), so the report's page is not"
                        + " looked at; Debian: apt-get install chromium");
        page = Report.write(SweepFixture.write(folder.resolve("methods-control")));
        Files.createDirectories(LEFT);
        Files.copy(page, LEFT.resolve("report.html"), StandardCopyOption.REPLACE_EXISTING);
        browser = Browser.start(program);
    }

    @AfterAll
    static void stop() throws Exception {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void open() throws Exception {
        browser.resize(1280, 900);
        browser.media("screen", "light");
        browser.open(page);
        browser.evaluate("localStorage.clear()");
        browser.open(page);
    }

    private static String text(String script) {
        return browser.evaluate(script).getAsString();
    }

    private static List<String> texts(String script) {
        return browser.evaluate(script).getAsJsonArray().asList().stream()
                .map(JsonElement::getAsString)
                .toList();
    }

    private static void keep(String name) throws IOException {
        Files.write(LEFT.resolve(name + ".png"), browser.screenshot());
    }

    @Test
    void asksForNothingAndComplainsOfNothing() throws Exception {
        assertThat(browser.requests()).containsExactly(page.toUri().toString());
        assertThat(browser.complaints()).isEmpty();
        assertThat(browser.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
                        .getAsBoolean())
                .isTrue();
        assertThat(browser.evaluate("document.images.length").getAsInt()).isEqualTo(4 * (3 + 12));
        keep("desktop");
    }

    @ParameterizedTest
    @ValueSource(ints = {320, 390, 768, 1280})
    void isNeverWiderThanTheWindow(int width) throws Exception {
        browser.resize(width, 844);
        browser.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)");
        assertThat(browser.evaluate("document.documentElement.scrollWidth").getAsInt())
                .isLessThanOrEqualTo(width);
        assertThat(browser.evaluate("[...document.querySelectorAll('table')].every(each => each.closest('.scroll'))")
                        .getAsBoolean())
                .as("tables scroll within their box")
                .isTrue();
        if (width == 390) {
            browser.open(page);
            keep("phone");
        }
    }

    @Test
    void isLightOrDarkAsTheSystemIsUntilTheButtonSaysOtherwise() throws Exception {
        String background = "getComputedStyle(document.body).backgroundColor";
        assertThat(text(background)).isEqualTo("rgb(252, 252, 250)");
        browser.media("screen", "dark");
        assertThat(text(background)).isEqualTo("rgb(21, 23, 26)");
        keep("dark");
        assertThat(text("document.getElementById('theme').textContent")).isEqualTo("Light");
        browser.evaluate("document.getElementById('theme').click()");
        assertThat(text(background)).isEqualTo("rgb(252, 252, 250)");
        browser.open(page); // it is remembered
        assertThat(text(background)).isEqualTo("rgb(252, 252, 250)");
        browser.media("screen", "light");
        browser.evaluate("document.getElementById('theme').click()");
        assertThat(text(background)).isEqualTo("rgb(21, 23, 26)");
    }

    /** WCAG 2.1, 1.4.3: 4.5 to 1 for text. */
    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void contrastIsEnough(String scheme) {
        browser.media("screen", scheme);
        String script = """
                (() => {
                  const style = getComputedStyle(document.documentElement);
                  const light = (name) => {
                    const hex = style.getPropertyValue(name).trim();
                    const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255)
                      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
                    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
                  };
                  const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
                  return Math.min(contrast('--on-accent', '--accent'), ...['--paper', '--raised'].flatMap((under) =>
                    ['--ink', '--muted', '--accent', '--held', '--bad'].map((over) => contrast(over, under))));
                })()
                """;
        assertThat(browser.evaluate(script).getAsDouble()).isGreaterThanOrEqualTo(4.5);
    }

    @Test
    void tablesAreSortedByTheKeyboard() {
        String heads = "document.querySelectorAll('#table thead th')[2]";
        String order = "[...document.querySelectorAll('#table tbody th .badge')].map(each => each.textContent)";
        assertThat(texts(order)).containsExactly("1", "2", "3", "4", "5");
        browser.evaluate("document.querySelectorAll('#table thead button')[1].focus()");
        browser.press("Tab");
        assertThat(text("document.activeElement.textContent")).startsWith("edge F1");
        assertThat(text("getComputedStyle(document.activeElement).outlineStyle"))
                .isEqualTo("solid");
        browser.press("Enter");
        assertThat(text(heads + ".getAttribute('aria-sort')")).isEqualTo("descending");
        assertThat(texts(order)).containsExactly("2", "3", "1", "4", "5");
        browser.press("Enter");
        assertThat(text(heads + ".getAttribute('aria-sort')")).isEqualTo("ascending");
        assertThat(texts(order)).containsExactly("5", "4", "1", "3", "2");
        assertThat(browser.evaluate("document.querySelectorAll('#table [aria-sort]').length")
                        .getAsInt())
                .isOne();
    }

    @Test
    void theFirstTabSkipsToTheFindings() {
        browser.press("Tab");
        assertThat(text("document.activeElement.textContent")).isEqualTo("Skip to the findings");
        assertThat(browser.evaluate("document.activeElement.getBoundingClientRect().left >= 0")
                        .getAsBoolean())
                .isTrue();
        browser.press("Enter");
        assertThat(text("document.activeElement.id")).isEqualTo("content");
    }

    @Test
    void headingsAreInOrder() {
        List<String> levels = texts("[...document.querySelectorAll('h1, h2, h3, h4')].map(each => each.tagName[1])");
        assertThat(levels.get(0)).isEqualTo("1");
        assertThat(levels.stream().filter("1"::equals)).hasSize(1);
        for (int i = 1; i < levels.size(); i++) {
            assertThat(Integer.parseInt(levels.get(i))).isLessThanOrEqualTo(Integer.parseInt(levels.get(i - 1)) + 1);
        }
    }

    @Test
    void measureCostAndSeedAreChosen() {
        String shown =
                "[...document.querySelectorAll('figure.front:not([hidden]) > figcaption')].map(each => each.textContent)";
        String choose = "(id, value) => { const select = document.getElementById(id); select.value = value;"
                + " select.dispatchEvent(new Event('change')); }";
        assertThat(texts(shown)).containsExactly("edge F1 against trained parameters");
        browser.evaluate("(" + choose + ")('front-measure', '1')");
        browser.evaluate("(" + choose + ")('front-cost', '3')");
        assertThat(texts(shown)).containsExactly("colour error against time of a step");
        String rows = "[...document.querySelectorAll('.wall tr[data-seed]:not(.context):not([hidden])')]"
                + ".map(each => each.dataset.seed)";
        assertThat(texts(rows)).containsExactly("0", "0", "0", "0", "0");
        browser.evaluate("(" + choose + ")('wall-seed', '2')");
        assertThat(texts(rows)).containsExactly("2", "2", "2"); // two groups have no finished run of it
        browser.evaluate("(" + choose + ")('wall-seed', 'all')");
        assertThat(texts(rows)).hasSize(12);
    }

    @Test
    void withoutScriptsThereIsADefaultView() throws Exception {
        browser.scripts(false);
        try {
            browser.open(page);
            String visible = "[...document.querySelectorAll('figure.front, .choosers, #theme')]"
                    + ".filter(each => each.offsetParent !== null).map(each => each.className)";
            assertThat(texts(visible)).containsExactly("front");
        } finally {
            browser.scripts(true);
        }
    }

    @Test
    void isPrintedLight() throws Exception {
        browser.media("print", "dark");
        assertThat(text("getComputedStyle(document.body).backgroundColor")).isEqualTo("rgb(252, 252, 250)");
        byte[] pdf = browser.pdf();
        assertThat(new String(pdf, 0, 5, StandardCharsets.US_ASCII)).isEqualTo("%PDF-");
        Files.write(LEFT.resolve("print.pdf"), pdf);
    }
}
