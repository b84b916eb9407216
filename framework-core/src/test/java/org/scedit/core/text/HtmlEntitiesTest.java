package org.scedit.core.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Expected texts are those of Python's {@code html.unescape}, which the original tokenizer calls. */
class HtmlEntitiesTest {
    @ParameterizedTest
    @CsvSource({
        "no reference, no reference",
        "AT&T, AT&T",
        "&lt;b&gt;, <b>",
        "&amp;lt;, &lt;", // once only
        "&eacute;, é",
        "&ampx, &x", // an old name counts without its semicolon
        "&notit;, ¬it;", // the longest beginning that is a name
        "&alphax, &alphax", // a new one does not
        "&NotEqualTilde;, ≂̸", // two characters
        "&nosuchname;, &nosuchname;",
        "&#233;&#xe9;&#XE9 x, ééé x",
        "&#128;, €", // a byte of old Windows pages
        "&#x81;x, \u0081x", // which has no character there
        "&#0;, \ufffd",
        "&#xd800;, \ufffd",
        "&#x110000;, \ufffd",
        "&#99999999999999999999;, \ufffd",
        "a&#1;b&#xfffe;c, abc", // not characters at all
        "&#;, &#;",
    })
    void referencesBecomeCharacters(String text, String expected) {
        assertThat(HtmlEntities.unescape(text)).isEqualTo(expected);
    }
}
