package org.scedit.api.formats;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON text as plain values: {@code Map<String, Object>}, {@code List<Object>}, String, Double, Boolean and null. */
public final class Json {
    private static final int DEEPEST = 64;
    private static final String NUMBER = "-?[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]+)?";

    private final String text;
    private int at;
    private int depth;

    private Json(String text) {
        this.text = text;
    }

    /**
     * Reads a text that holds one object.
     *
     * @return in the text's order
     * @throws IllegalArgumentException if it is no JSON object; the message tells the place
     */
    public static Map<String, Object> object(String text) {
        var reader = new Json(text);
        reader.expect('{');
        Map<String, Object> object = reader.members();
        if (reader.next() != 0) {
            throw reader.unexpected("the end");
        }
        return object;
    }

    /**
     * Writes a value on lines of its own, indented by two blanks.
     *
     * @param value of the types that {@link Json} names, or any number; whole numbers are written without a fraction
     */
    public static String write(Object value) {
        var json = new StringBuilder();
        write(value, "\n", json);
        return json.append('\n').toString();
    }

    private static void write(Object value, String newline, StringBuilder json) {
        String inner = newline + "  ";
        if (value instanceof Map<?, ?> object) {
            String separator = "";
            json.append('{');
            for (Map.Entry<?, ?> member : object.entrySet()) {
                json.append(separator)
                        .append(inner)
                        .append(quoted(member.getKey().toString()));
                write(member.getValue(), inner, json.append(": "));
                separator = ",";
            }
            json.append(object.isEmpty() ? "}" : newline + "}");
        } else if (value instanceof List<?> list) {
            String separator = "";
            json.append('[');
            for (Object item : list) {
                write(item, inner, json.append(separator).append(inner));
                separator = ",";
            }
            json.append(list.isEmpty() ? "]" : newline + "]");
        } else if (value instanceof Number number && number.doubleValue() == number.longValue()) {
            json.append(number.longValue());
        } else {
            json.append(value instanceof String string ? quoted(string) : String.valueOf(value));
        }
    }

    private static String quoted(String string) {
        var quoted = new StringBuilder("\"");
        for (char c : string.toCharArray()) {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else {
                quoted.append(c < ' ' ? String.format("\\u%04x", (int) c) : String.valueOf(c));
            }
        }
        return quoted.append('"').toString();
    }

    private Object value() {
        char first = next();
        at++;
        if (first == '{' || first == '[') {
            if (++depth > DEEPEST) {
                throw unexpected("at most " + DEEPEST + " brackets in each other");
            }
            Object value = first == '{' ? members() : items();
            depth--;
            return value;
        }
        if (first == '"') {
            return string();
        }
        at--;
        int start = at;
        while (at < text.length() && isInWord(text.charAt(at))) {
            at++;
        }
        String word = text.substring(start, at);
        if (word.matches(NUMBER)) {
            return Double.valueOf(word);
        }
        if (word.equals("null")) {
            return null;
        }
        if (word.equals("true") || word.equals("false")) {
            return word.equals("true");
        }
        at = start;
        throw unexpected("a value");
    }

    private static boolean isInWord(char c) {
        return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || "+-.E".indexOf(c) >= 0;
    }

    private Map<String, Object> members() {
        Map<String, Object> members = new LinkedHashMap<>();
        while (!ends('}', members.isEmpty())) {
            expect('"');
            String key = string();
            expect(':');
            if (members.containsKey(key)) {
                throw unexpected("each key once, and '" + key + "' is there twice");
            }
            members.put(key, value());
        }
        return members;
    }

    private List<Object> items() {
        List<Object> items = new ArrayList<>();
        while (!ends(']', items.isEmpty())) {
            items.add(value());
        }
        return items;
    }

    /** Whether the object or list ends here; a comma before the next one is taken. */
    private boolean ends(char bracket, boolean first) {
        if (next() == bracket) {
            at++;
            return true;
        }
        if (!first) {
            expect(',');
        }
        return false;
    }

    private String string() {
        var string = new StringBuilder();
        while (at < text.length() && text.charAt(at) != '"') {
            char c = text.charAt(at++);
            string.append(c == '\\' ? escaped() : c);
        }
        at++;
        if (at > text.length()) {
            throw unexpected("a closing quote");
        }
        return string.toString();
    }

    private char escaped() {
        int kind = at < text.length() ? "\"\\/bfnrtu".indexOf(text.charAt(at++)) : -1;
        if (kind == 8 && at + 4 <= text.length() && text.substring(at, at + 4).matches("[0-9a-fA-F]{4}")) {
            at += 4;
            return (char) Integer.parseInt(text.substring(at - 4, at), 16);
        }
        if (kind < 0 || kind == 8) {
            throw unexpected("an escape that JSON has");
        }
        return "\"\\/\b\f\n\r\t".charAt(kind);
    }

    private void expect(char wanted) {
        if (next() != wanted) {
            throw unexpected("'" + wanted + "'");
        }
        at++;
    }

    /** The next letter that is no white space, not taken; 0 at the end. */
    private char next() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return at < text.length() ? text.charAt(at) : 0;
    }

    private IllegalArgumentException unexpected(String wanted) {
        return new IllegalArgumentException(
                "is no JSON object: expected " + wanted + " at character " + Math.min(at, text.length()));
    }
}
