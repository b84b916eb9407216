package org.scedit.core.text;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Replaces HTML character references, named and numeric, by the characters they stand for, as HTML 5 says. */
final class HtmlEntities {
    private static final Pattern REFERENCE =
            Pattern.compile("&(?:#([0-9]+);?|#[xX]([0-9a-fA-F]+);?|([^\\t\\n\\f <&#;]{1,32};?))");
    private static final String REPLACEMENT = "\ufffd";

    /** The table is read when the first text with a reference comes along. */
    private static final class Named {
        static final Map<String, String> REFERENCES = read();

        private static Map<String, String> read() {
            Map<String, String> references = new HashMap<>();
            try (InputStream in = HtmlEntities.class.getResourceAsStream("html-entities.txt");
                    BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
                lines.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
                    String[] parts = line.split(" ");
                    StringBuilder text = new StringBuilder();
                    Arrays.stream(parts).skip(1).forEach(hex -> text.appendCodePoint(Integer.parseInt(hex, 16)));
                    references.put(parts[0], text.toString());
                });
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return references;
        }
    }

    private HtmlEntities() {}

    /** Replaces each reference once: {@code &amp;lt;} becomes {@code &lt;}. What is no reference stays as it is. */
    static String unescape(String text) {
        return text.indexOf('&') < 0
                ? text
                : REFERENCE.matcher(text).replaceAll(match -> Matcher.quoteReplacement(replacement(match)));
    }

    private static String replacement(MatchResult match) {
        if (match.group(1) != null) {
            return character(new BigInteger(match.group(1)));
        }
        if (match.group(2) != null) {
            return character(new BigInteger(match.group(2), 16));
        }
        return named(match.group(3));
    }

    private static String named(String name) {
        // the longest beginning that is a name counts: &notit; is ¬ followed by "it;"
        for (int length = name.length(); length > 1; length--) {
            String found = Named.REFERENCES.get(name.substring(0, length));
            if (found != null) {
                return found + name.substring(length);
            }
        }
        return "&" + name;
    }

    private static String character(BigInteger number) {
        if (number.bitLength() > 21) {
            return REPLACEMENT;
        }
        int code = number.intValue();
        if (code == 0 || !Character.isValidCodePoint(code) || code >= 0xd800 && code <= 0xdfff) {
            return REPLACEMENT;
        }
        if (code >= 0x80 && code <= 0x9f) {
            return windows1252(code);
        }
        boolean control = code < 0x20 && "\t\n\f\r".indexOf(code) < 0 || code == 0x7f;
        boolean notACharacter = code >= 0xfdd0 && code <= 0xfdef || (code & 0xfffe) == 0xfffe;
        return control || notACharacter ? "" : Character.toString(code);
    }

    /** Browsers read these numbers, which are control characters, as the bytes of old Windows pages. */
    private static String windows1252(int code) {
        String text = new String(new byte[] {(byte) code}, Charset.forName("windows-1252"));
        return text.equals(REPLACEMENT) ? Character.toString(code) : text;
    }
}
