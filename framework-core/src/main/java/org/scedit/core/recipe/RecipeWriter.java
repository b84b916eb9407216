package org.scedit.core.recipe;

import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.scedit.core.hook.Scale;
import org.scedit.core.recipe.Recipe.Controls;
import org.scedit.core.recipe.Recipe.PluginBlock;

/** Writes a recipe as YAML: block style, keys in the records' order, the same bytes on every Java version. */
final class RecipeWriter {
    private static final String HEADER = "# Every setting of the run, defaults included.\n";

    /** What other YAML readers take for something else than text. */
    private static final Set<String> NOT_TEXT_ELSEWHERE =
            Set.of("null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf");

    private final StringBuilder yaml = new StringBuilder(HEADER);

    private RecipeWriter() {}

    static String write(Recipe recipe) {
        var writer = new RecipeWriter();
        writer.keys(recipe, 0, "");
        return writer.yaml.toString();
    }

    private void keys(Record record, int indent, String indentOfFirst) {
        String pad = indentOfFirst;
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            Object value = valueOf(component, record);
            if (record instanceof PluginBlock block && value == block.config()) {
                keys(block.config(), indent, pad);
            } else if (!Optional.empty().equals(value)) {
                Object present = value instanceof Optional<?> optional ? optional.orElseThrow() : value;
                yaml.append(pad).append(Names.key(component.getName())).append(':');
                value(present, component.getType(), indent);
            }
            pad = " ".repeat(indent);
        }
    }

    private void value(Object value, Class<?> declared, int indent) {
        String inner = " ".repeat(indent + 2);
        if (value instanceof Scale scale) {
            yaml.append(' ').append(ScaleCourse.write(scale)).append('\n');
        } else if (value instanceof Controls controls) {
            yaml.append(controls.paths().isEmpty() ? " {}\n" : "\n");
            controls.paths().forEach((name, path) -> yaml.append(inner)
                    .append(text(name))
                    .append(": ")
                    .append(scalar(path))
                    .append('\n'));
        } else if (value instanceof Record record) {
            yaml.append('\n');
            for (Class<?> type : record.getClass().getInterfaces()) {
                if (type.isAnnotationPresent(ChosenBy.class)) {
                    yaml.append(inner)
                            .append(type.getAnnotation(ChosenBy.class).value())
                            .append(": ")
                            .append(Names.choice(record.getClass(), type))
                            .append('\n');
                }
            }
            keys(record, indent + 2, inner);
        } else if (value instanceof List<?> list && list.stream().anyMatch(item -> item instanceof Record)) {
            yaml.append('\n');
            for (Object item : list) {
                yaml.append(inner).append("- ");
                keys((Record) item, indent + 4, "");
            }
        } else if (value instanceof List<?> list && list.stream().anyMatch(item -> item instanceof String)) {
            yaml.append('\n');
            list.forEach(
                    item -> yaml.append(inner).append("- ").append(scalar(item)).append('\n'));
        } else {
            yaml.append(' ').append(scalar(value)).append('\n');
        }
    }

    static Object valueOf(RecordComponent component, Record record) {
        try {
            var accessor = component.getAccessor();
            accessor.setAccessible(true); // a plugin's record may be package-private
            return accessor.invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot read " + component + " of " + record.getClass(), e);
        }
    }

    static String scalar(Object value) {
        if (value instanceof List<?> list) {
            List<String> items = new ArrayList<>();
            list.forEach(item -> items.add(scalar(item)));
            return "[" + String.join(", ", items) + "]";
        }
        if (value instanceof Map<?, ?> map) {
            List<String> entries = new ArrayList<>();
            map.forEach((key, item) -> entries.add(scalar(key) + ": " + scalar(item)));
            return "{" + String.join(", ", entries) + "}";
        }
        if (value instanceof Enum<?> constant) {
            return Names.word(constant);
        }
        if (value instanceof Double number) {
            return number(number);
        }
        return value instanceof Number || value instanceof Boolean ? value.toString() : text(value.toString());
    }

    /** The shortest digits that read back as the same number; {@code Double.toString} differs between Java versions. */
    static String number(double value) {
        BigDecimal digits = new BigDecimal(value);
        for (int precision = 1; precision <= 17; precision++) {
            digits = new BigDecimal(value).round(new MathContext(precision)).stripTrailingZeros();
            if (digits.doubleValue() == value) {
                break;
            }
        }
        if (value == 0 || Math.abs(value) >= 1e-3 && Math.abs(value) < 1e7) {
            return digits.scale() <= 0 ? digits.toBigInteger() + ".0" : digits.toPlainString();
        }
        int exponent = digits.precision() - digits.scale() - 1;
        String mantissa = digits.movePointLeft(exponent).toPlainString();
        return (mantissa.contains(".") ? mantissa : mantissa + ".0") + "e" + exponent;
    }

    static String text(String text) {
        boolean plain = text.matches("[A-Za-z][A-Za-z0-9_./ -]*") && !text.endsWith(" ");
        return plain && !NOT_TEXT_ELSEWHERE.contains(text.toLowerCase(Locale.ROOT)) ? text : quoted(text);
    }

    static String quoted(String text) {
        var quoted = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').appendCodePoint(c);
            } else if (c < ' ' || c >= 0x7f && c < 0xa0 || c == 0x2028 || c == 0x2029 || c == 0xfeff) {
                quoted.append(String.format("\\u%04x", c));
            } else {
                quoted.appendCodePoint(c);
            }
        });
        return quoted.append('"').toString();
    }
}
