package org.scedit.core.weights;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.scedit.core.UserException;

/**
 * Reads the pickles of PyTorch files without running anything. A pickle is a program for a small stack machine that may
 * import and call whatever Python offers; here the machine knows the values that weights are made of and builds tensors'
 * descriptions itself. Every other name is refused when it is mentioned, and told.
 *
 * <p>Its values: {@code String}, {@code Long}, {@code Double}, {@code Boolean}, {@link #NONE}, {@code List},
 * {@link Tuple}, {@code Map}, {@link Name}, {@link Storage}, {@link View}. Opcodes: Python's {@code pickletools}.
 */
final class PickleReader {
    /** Python's {@code None}. */
    static final Object NONE = new Object();

    /** A value of a kind that weights are not made of, which is not looked at. */
    private static final Object UNREAD = new Object();

    /** Far above any weights (25 values each); a pickle could ask for one at every byte. */
    private static final int MOST_VALUES = 4_000_000;
    /** The tensor engine's limit. */
    private static final int MAX_DIMENSIONS = 64;

    private static final int LONGEST_NAME = 1000;
    /** On the stack where a list of values begins. */
    private static final Object MARK = new Object();

    private static final String ORDERED_DICT = "collections.OrderedDict";
    private static final String REBUILD = "torch._utils._rebuild_tensor";
    private static final String REBUILD_V2 = "torch._utils._rebuild_tensor_v2";
    private static final String PARAMETER = "torch._utils._rebuild_parameter";
    private static final String SIZE = "torch.Size";
    private static final Set<String> CALLED = Set.of(ORDERED_DICT, REBUILD, REBUILD_V2, PARAMETER, SIZE);
    /**
     * What a training tool's checkpoint mentions beside its {@code state_dict}: the class of a callback, numpy's numbers.
     * None of it is looked at; what a call of one would make is {@link #UNREAD}.
     */
    private static final Set<String> UNREAD_NAMES = Set.of(
            "pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint",
            "lightning.pytorch.callbacks.model_checkpoint.ModelCheckpoint",
            "numpy.core.multiarray.scalar",
            "numpy._core.multiarray.scalar",
            "numpy.dtype",
            "_codecs.encode");

    private static final Map<String, DType> STORAGES = Map.of(
            "torch.DoubleStorage", DType.F64,
            "torch.FloatStorage", DType.F32,
            "torch.HalfStorage", DType.F16,
            "torch.BFloat16Storage", DType.BF16,
            "torch.LongStorage", DType.I64,
            "torch.IntStorage", DType.I32,
            "torch.ShortStorage", DType.I16,
            "torch.CharStorage", DType.I8,
            "torch.ByteStorage", DType.U8,
            "torch.BoolStorage", DType.BOOL);
    /** Types as plain values. */
    private static final Set<String> VALUES = Set.of(
            "torch.float64",
            "torch.float32",
            "torch.float16",
            "torch.bfloat16",
            "torch.int64",
            "torch.int32",
            "torch.int16",
            "torch.int8",
            "torch.uint8",
            "torch.bool");

    private static final Map<Class<?>, String> KINDS = Map.of(
            String.class, "a text",
            Long.class, "a whole number",
            Double.class, "a number",
            Boolean.class, "true or false",
            Tuple.class, "a tuple",
            ArrayList.class, "a list",
            LinkedHashMap.class, "a dictionary",
            Name.class, "a type",
            Storage.class, "a storage",
            View.class, "a tensor");

    /** A Python tuple. */
    record Tuple(List<Object> items) {}

    /** A Python name that weights may mention, such as {@code torch.FloatStorage}. */
    record Name(String text) {}

    /**
     * Numbers kept outside the pickle, under a key.
     *
     * @param elements how many
     */
    record Storage(String key, DType dtype, long elements) {}

    /**
     * A tensor as a view of a storage: element {@code (i, j, ...)} is at {@code offset + i · strides[0] + ...}. Checked to
     * lie in the storage and to have no more elements than the stretch it covers.
     */
    record View(Storage storage, long offset, long[] shape, long[] strides) {
        /** Number of elements. */
        long elements() {
            return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        }

        /** Length of the stretch of the storage from its first element to its last; 0 for a tensor without elements. */
        long span() {
            if (elements() == 0) {
                return 0;
            }
            long last = 0;
            for (int axis = 0; axis < shape.length; axis++) {
                last += (shape[axis] - 1) * strides[axis];
            }
            return last + 1;
        }

        /** Whether its elements lie row by row without holes. */
        boolean isInRows() {
            long step = 1;
            for (int axis = shape.length - 1; axis >= 0; axis--) {
                if (shape[axis] != 1 && strides[axis] != step) {
                    return elements() == 0;
                }
                step *= shape[axis];
            }
            return true;
        }
    }

    private final Path file;
    private final ByteBuffer bytes;
    private final Deque<Object> stack = new ArrayDeque<>();
    private final Map<Long, Object> memo = new HashMap<>();
    private int values;

    private PickleReader(Path file, ByteBuffer bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    /**
     * Reads one pickle.
     *
     * @param file  for messages
     * @param bytes read from its position, which is then after the pickle
     * @return its value
     * @throws UserException if it is damaged, or mentions a name that weights have no need of
     */
    static Object read(Path file, ByteBuffer bytes) {
        var reader = new PickleReader(file, bytes.order(ByteOrder.LITTLE_ENDIAN));
        try {
            return reader.run();
        } catch (BufferUnderflowException e) {
            throw new UserException(
                    file + ": its pickle ends too early; the file is cut short, download or copy it again", e);
        }
    }

    private Object run() {
        while (true) {
            int opcode = bytes.get() & 0xff;
            switch (opcode) {
                case 0x80 -> bytes.get(); // protocol
                case 0x95 -> bytes.getLong(); // length of a frame: of use to a reader of streams only
                case '.' -> {
                    Object result = pop();
                    if (!stack.isEmpty()) {
                        throw damaged("values are left over at its end");
                    }
                    return result;
                }
                case '(' -> push(MARK);
                case '0' -> drop();
                case '1' -> popToMark();
                case '2' -> push(top());
                case 'N' -> push(NONE);
                case 0x88 -> push(true);
                case 0x89 -> push(false);
                case 'J' -> push((long) bytes.getInt());
                case 'K' -> push((long) (bytes.get() & 0xff));
                case 'M' -> push((long) (bytes.getShort() & 0xffff));
                case 0x8a -> push(integer(bytes.get() & 0xff));
                case 0x8b -> push(integer(bytes.getInt()));
                case 'I' -> push(writtenInteger());
                case 'L' -> push(decimal(line().replaceFirst("L$", "")));
                case 'F' -> push(writtenFraction());
                case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(bytes.getLong())));
                case 'X' -> push(text(bytes.getInt() & 0xffffffffL));
                case 0x8c -> push(text(bytes.get() & 0xff));
                case 0x8d -> push(text(bytes.getLong()));
                case 'U' -> push(text(bytes.get() & 0xff)); // Python 2's strings
                case 'T' -> push(text(bytes.getInt()));
                case 'V' -> push(line());
                case ']' -> push(new ArrayList<>());
                case 'l' -> push(popToMark());
                case 'a' -> append(List.of(pop()));
                case 'e' -> append(popToMark());
                case ')' -> push(new Tuple(List.of()));
                case 't' -> push(new Tuple(popToMark()));
                case 0x85 -> push(new Tuple(popLast(1)));
                case 0x86 -> push(new Tuple(popLast(2)));
                case 0x87 -> push(new Tuple(popLast(3)));
                case '}' -> push(new LinkedHashMap<>());
                case 'd' -> {
                    List<Object> items = popToMark();
                    push(new LinkedHashMap<>());
                    put(items);
                }
                case 's' -> put(popLast(2));
                case 'u' -> put(popToMark());
                case 'p' -> memoise(decimal(line()));
                case 'q' -> memoise(bytes.get() & 0xff);
                case 'r' -> memoise(bytes.getInt() & 0xffffffffL);
                case 0x94 -> memoise(memo.size());
                case 'g' -> push(remembered(decimal(line())));
                case 'h' -> push(remembered(bytes.get() & 0xff));
                case 'j' -> push(remembered(bytes.getInt() & 0xffffffffL));
                case 'c' -> push(name(line(), line()));
                case 0x93 -> {
                    List<Object> words = popLast(2);
                    push(name(string(words.get(0)), string(words.get(1))));
                }
                case 'Q' -> push(storage(pop()));
                case 'R' -> {
                    List<Object> call = popLast(2);
                    push(called(call.get(0), call.get(1)));
                }
                case 'b' -> {
                    pop(); // what Python would set as attributes: versions of modules
                    if (!(top() instanceof Map) && top() != UNREAD) {
                        throw damaged("it sets attributes of something that is no dictionary");
                    }
                }
                case 'i' -> throw forbidden(line() + "." + line());
                default ->
                    throw damaged("it has the instruction " + String.format("0x%02x", opcode)
                            + " at byte " + (bytes.position() - 1)
                            + ", which weights have no need of");
            }
        }
    }

    private void push(Object value) {
        count();
        stack.push(value);
    }

    private void count() {
        if (++values > MOST_VALUES) {
            throw damaged("it makes more than " + MOST_VALUES + " values");
        }
    }

    private void drop() {
        if (stack.isEmpty()) {
            throw damaged("it takes a value where there is none");
        }
        stack.pop();
    }

    private Object top() {
        Object top = stack.peek();
        if (top == null || top == MARK) {
            throw damaged("it takes a value where there is none");
        }
        return top;
    }

    private Object pop() {
        Object top = top();
        stack.pop();
        return top;
    }

    private List<Object> popLast(int count) {
        List<Object> items = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            items.add(pop());
        }
        Collections.reverse(items);
        return items;
    }

    private List<Object> popToMark() {
        List<Object> items = new ArrayList<>();
        while (!stack.isEmpty() && stack.peek() != MARK) {
            items.add(stack.pop());
        }
        drop();
        Collections.reverse(items);
        return items;
    }

    @SuppressWarnings("unchecked")
    private void append(List<Object> items) {
        if (!(top() instanceof ArrayList)) {
            throw damaged("it appends to something that is no list");
        }
        ((List<Object>) top()).addAll(items);
    }

    /** Keys are texts, whole numbers or names: what else Python allows could be made to compare without end. */
    @SuppressWarnings("unchecked")
    private void put(List<Object> items) {
        if (!(top() instanceof Map)) {
            throw damaged("it puts entries into something that is no dictionary");
        }
        if (items.size() % 2 != 0) {
            throw damaged("a dictionary has a key without a value");
        }
        for (int i = 0; i < items.size(); i += 2) {
            Object key = items.get(i);
            if (!(key instanceof String || key instanceof Long || key instanceof Name)) {
                throw damaged("a dictionary's key is " + kind(items.get(i)) + ", expected a text or a whole number");
            }
            ((Map<Object, Object>) top()).put(items.get(i), items.get(i + 1));
        }
    }

    private void memoise(long index) {
        count();
        memo.put(index, top());
    }

    private Object remembered(long index) {
        Object value = memo.get(index);
        if (value == null) {
            throw damaged("it refers to value " + index + ", which it has not made");
        }
        return value;
    }

    /** Little endian, two's complement. */
    private long integer(int length) {
        if (length < 0 || length > Long.BYTES) {
            throw damaged("it has a whole number of " + length + " bytes, at most " + Long.BYTES + " are supported");
        }
        long value = 0;
        for (int i = 0; i < length; i++) {
            value |= (bytes.get() & 0xffL) << 8 * i;
        }
        int unused = Long.SIZE - 8 * length;
        return length == 0 ? 0 : value << unused >> unused;
    }

    private Object writtenInteger() {
        String line = line();
        return switch (line) {
            case "00" -> false;
            case "01" -> true;
            default -> decimal(line);
        };
    }

    private long decimal(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw damaged("'" + SafetensorsHeader.shown(digits) + "' is no whole number");
        }
    }

    private double writtenFraction() {
        String line = line();
        try {
            return Double.parseDouble(line);
        } catch (NumberFormatException e) {
            throw damaged("'" + SafetensorsHeader.shown(line) + "' is no number");
        }
    }

    private String text(long length) {
        if (length < 0 || length > bytes.remaining()) {
            throw new BufferUnderflowException();
        }
        ByteBuffer text = bytes.slice(bytes.position(), (int) length);
        bytes.position(bytes.position() + (int) length);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(text).toString();
        } catch (CharacterCodingException e) {
            throw damaged("a text is not UTF-8");
        }
    }

    private String line() {
        var line = new StringBuilder();
        for (byte next = bytes.get(); next != '\n'; next = bytes.get()) {
            if (line.length() == LONGEST_NAME) {
                throw damaged("a line has more than " + LONGEST_NAME + " characters");
            }
            line.append((char) (next & 0xff));
        }
        return line.toString();
    }

    private Name name(String module, String name) {
        String full = module + "." + name;
        if (!CALLED.contains(full)
                && !STORAGES.containsKey(full)
                && !VALUES.contains(full)
                && !UNREAD_NAMES.contains(full)) {
            throw forbidden(full);
        }
        return new Name(full);
    }

    private String string(Object value) {
        if (value instanceof String text) {
            return text;
        }
        throw damaged("expected a text, found " + kind(value));
    }

    private long number(Object value) {
        if (value instanceof Long number) {
            return number;
        }
        throw damaged("expected a whole number, found " + kind(value));
    }

    /** What {@code torch.save} puts in a storage's place: {@code ("storage", type, key, device, elements[, None])}. */
    private Storage storage(Object id) {
        if (!(id instanceof Tuple tuple)
                || tuple.items().size() < 5
                || !"storage".equals(tuple.items().get(0))
                || !(tuple.items().get(1) instanceof Name type)
                || !STORAGES.containsKey(type.text())) {
            throw damaged("it refers to something outside that is no storage of numbers");
        }
        if (tuple.items().size() > 5 && tuple.items().get(5) != NONE) {
            throw damaged("a storage is a view of another one, as PyTorch before 0.4 wrote");
        }
        long elements = number(tuple.items().get(4));
        if (elements < 0) {
            throw damaged("a storage has " + elements + " elements");
        }
        return new Storage(string(tuple.items().get(2)), STORAGES.get(type.text()), elements);
    }

    private Object called(Object callee, Object arguments) {
        if (callee instanceof Name name && UNREAD_NAMES.contains(name.text())) {
            return UNREAD;
        }
        if (!(callee instanceof Name name) || !CALLED.contains(name.text()) || !(arguments instanceof Tuple tuple)) {
            throw damaged("it calls " + (callee instanceof Name name ? name.text() : kind(callee))
                    + ", which weights have no need of");
        }
        List<Object> given = tuple.items();
        switch (name.text()) {
            case ORDERED_DICT -> {
                return given.isEmpty() ? new LinkedHashMap<>() : dictionary(given.get(0));
            }
            case REBUILD, REBUILD_V2 -> {
                if (given.size() >= 4) {
                    return view(given.get(0), number(given.get(1)), sizes(given.get(2)), sizes(given.get(3)));
                }
            }
            case PARAMETER -> {
                if (!given.isEmpty() && given.get(0) instanceof View view) {
                    return view;
                }
            }
            default -> {
                if (given.size() == 1 && given.get(0) instanceof Tuple size) {
                    return size;
                }
            }
        }
        throw damaged(name.text() + " has other arguments than PyTorch gives it");
    }

    /** The pairs that Python 2 gave to an {@code OrderedDict}. */
    private Map<Object, Object> dictionary(Object pairs) {
        List<Object> items = new ArrayList<>();
        for (Object pair : items(pairs)) {
            items.addAll(items(pair));
        }
        push(new LinkedHashMap<>());
        put(items);
        @SuppressWarnings("unchecked")
        var made = (Map<Object, Object>) pop();
        return made;
    }

    @SuppressWarnings("unchecked")
    private List<Object> items(Object value) {
        if (value instanceof Tuple tuple) {
            return tuple.items();
        }
        if (value instanceof List<?> list) {
            return (List<Object>) list;
        }
        throw damaged("expected a list, found " + kind(value));
    }

    private long[] sizes(Object value) {
        List<Object> items = items(value);
        if (items.size() > MAX_DIMENSIONS) {
            throw damaged("a tensor has " + items.size() + " axes, at most " + MAX_DIMENSIONS + " are supported");
        }
        return items.stream().mapToLong(this::number).toArray();
    }

    private View view(Object of, long offset, long[] shape, long[] strides) {
        if (!(of instanceof Storage storage)) {
            throw damaged("a tensor has no storage");
        }
        var view = new View(storage, offset, shape, strides);
        String what = "a tensor of shape " + Arrays.toString(shape) + ", strides " + Arrays.toString(strides)
                + " and offset " + offset;
        if (shape.length != strides.length
                || offset < 0
                || Arrays.stream(shape).anyMatch(size -> size < 0)
                || Arrays.stream(strides).anyMatch(stride -> stride < 0)) {
            throw damaged("it has " + what);
        }
        if (Arrays.stream(shape).anyMatch(size -> size == 0)) {
            return new View(storage, 0, shape, strides);
        }
        try {
            long last = offset;
            long elements = 1;
            for (int axis = 0; axis < shape.length; axis++) {
                last = Math.addExact(last, Math.multiplyExact(shape[axis] - 1, strides[axis]));
                elements = Math.multiplyExact(elements, shape[axis]);
            }
            if (last < storage.elements() && elements <= view.span()) {
                return view;
            }
        } catch (ArithmeticException e) {
            // told below, like any tensor that is too large
        }
        throw damaged("it has " + what + " in a storage of " + storage.elements() + " elements, which does not fit");
    }

    /** What a value is, for messages. */
    static String kind(Object value) {
        return value == NONE ? "None" : KINDS.getOrDefault(value.getClass(), "something else");
    }

    private UserException forbidden(String name) {
        return new UserException(file + ": wants to run " + SafetensorsHeader.shown(name)
                + ", which weights have no need of; nothing was run. Use the weights as a safetensors file, or from a"
                + " source you trust save the tensors alone");
    }

    private UserException damaged(String what) {
        return new UserException(file + ": is no PyTorch file of weights: " + what
                + "; download or copy it again, or use the weights as a safetensors file");
    }
}
