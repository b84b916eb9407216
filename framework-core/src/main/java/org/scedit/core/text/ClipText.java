package org.scedit.core.text;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The part of CLIP's tokenizer before the merges: text to clean text to words to the symbols of their bytes. */
final class ClipText {
    static final String BEGIN = "<|startoftext|>";
    static final String END = "<|endoftext|>";
    /** Marks the symbol that ends a word. */
    static final String WORD_END = "</w>";

    /** All of Unicode's white space and the four separators U+001C..1F; {@code \s} alone is ASCII. */
    private static final Pattern SPACES =
            Pattern.compile("[\\t-\\r\\x1c- \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+");

    private static final Pattern WORD = Pattern.compile(
            "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|\\p{L}+|\\p{N}|[^ \\p{L}\\p{N}]+",
            Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);

    /** Signs and marks that Unicode's rule for the Greek final sigma looks through. */
    private static final String IGNORED =
            "[\\p{Mn}\\p{Me}\\p{Cf}\\p{Lm}\\p{Sk}'.:\\xb7\\u0387\\u055f\\u05f4\\u2018\\u2019"
                    + "\\u2024\\u2027\\ufe13\\ufe52\\ufe55\\uff07\\uff0e\\uff1a]";

    private static final String CASED = "[\\p{IsLowercase}\\p{IsUppercase}\\p{Lt}&&[^" + IGNORED + "]]";
    /** A sigma after a letter and not before one; the longest run of marks that is looked through is arbitrary. */
    private static final Pattern FINAL_SIGMA =
            Pattern.compile("(?<=" + CASED + IGNORED + "{0,30})\u03a3(?!" + IGNORED + "*+" + CASED + ")");

    private static final List<String> BYTE_SYMBOLS = byteSymbols();

    /**
     * A word of a clean text.
     *
     * @param text  letters, one digit, or other signs; never empty
     * @param start where it begins in the clean text
     */
    record Word(String text, int start) {
        /** Whether it is one of the two marks written out, which are tokens by themselves. */
        boolean isMark() {
            return text.equals(BEGIN) || text.equals(END);
        }

        /** One symbol for each UTF-8 byte, the last one marked as the word's end. */
        List<String> symbols() {
            List<String> symbols = new ArrayList<>();
            for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
                symbols.add(BYTE_SYMBOLS.get(b & 0xff));
            }
            int last = symbols.size() - 1;
            symbols.set(last, symbols.get(last) + WORD_END);
            return symbols;
        }
    }

    private ClipText() {}

    /** HTML references replaced (twice: captions from the web are often escaped twice), single blanks, lower case. */
    static String clean(String text) {
        String plain = HtmlEntities.unescape(HtmlEntities.unescape(text));
        return lowerCase(SPACES.matcher(plain).replaceAll(" ").strip());
    }

    /** Java's own rule for the capital sigma asks where words end and differs from Unicode's beside punctuation. */
    private static String lowerCase(String text) {
        return FINAL_SIGMA
                .matcher(text)
                .replaceAll("\u03c2")
                .replace('\u03a3', '\u03c3')
                .toLowerCase(Locale.ROOT);
    }

    /** Cuts a clean text into words: letters, single digits, other signs, English endings. */
    static List<Word> words(String clean) {
        return WORD.matcher(clean)
                .results()
                .map((MatchResult match) -> new Word(match.group(), match.start()))
                .toList();
    }

    /** The 256 symbols in the order in which a vocabulary lists them: visible characters first. */
    static List<String> vocabularyOrder() {
        List<String> visible = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (int b = 0; b < 256; b++) {
            (isVisible(b) ? visible : others).add(BYTE_SYMBOLS.get(b));
        }
        visible.addAll(others);
        return visible;
    }

    /** A visible character for every byte: itself where Latin-1 has one, otherwise the next from U+0100 on. */
    private static List<String> byteSymbols() {
        List<String> symbols = new ArrayList<>();
        int next = 256;
        for (int b = 0; b < 256; b++) {
            symbols.add(Character.toString(isVisible(b) ? b : next++));
        }
        return List.copyOf(symbols);
    }

    private static boolean isVisible(int b) {
        return b >= '!' && b <= '~' || b >= 0xa1 && b <= 0xff && b != 0xad; // 0xad: soft hyphen
    }
}
