package org.scedit.core.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.scedit.api.WeightFile.Tensor;
import org.scedit.core.UserException;

class TorchArchiveTest {
    private static final int MUTATIONS = 2500;
    /** Six floats: 0 to 5. */
    private static final byte[] SIX = floats(0, 1, 2, 3, 4, 5);

    @TempDir
    private Path folder;

    private static byte[] floats(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** A PyTorch file whose entries are stored or compressed; {@code data.pkl} is {@code pickle}. */
    private Path archive(String pickle, Map<String, byte[]> others, boolean stored) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("data.pkl", latin(pickle));
        entries.putAll(others);
        var out = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> each : entries.entrySet()) {
                var entry = new ZipEntry("any name/" + each.getKey());
                if (stored) {
                    var checksum = new CRC32();
                    checksum.update(each.getValue());
                    entry.setMethod(ZipEntry.STORED);
                    entry.setCrc(checksum.getValue());
                    entry.setSize(each.getValue().length);
                }
                zip.putNextEntry(entry);
                zip.write(each.getValue());
            }
        }
        return Files.write(folder.resolve("weights.bin"), out.toByteArray());
    }

    private Path archive(String pickle) throws IOException {
        return archive(pickle, Map.of("data/0", SIX), true);
    }

    /** The pickle of {@code {"w": tensor}} with six elements of a type in storage 0. */
    private static String tensor(String type, int offset, String shape, String strides) {
        return "\200\2}U\1w" + view(type, 6, offset, shape, strides) + "s.";
    }

    private static String view(String type, int elements, int offset, String shape, String strides) {
        return "ctorch._utils\n_rebuild_tensor_v2\n((U\7storagectorch\n" + type + "\nU\1" + "0U\3cpuI" + elements
                + "\ntQI" + offset + "\n(" + shape + "t(" + strides + "tI00\nccollections\nOrderedDict\n)RtR";
    }

    private void refused(Path file, String message) {
        assertThatThrownBy(() -> TorchArchive.open(file).read())
                .isInstanceOf(UserException.class)
                .hasMessage(file + ": " + message);
    }

    private static String damaged(String what) {
        return "is no PyTorch file of weights: " + what
                + "; download or copy it again, or use the weights as a safetensors file";
    }

    private static Map<String, Tensor> some() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("up.weight", new Tensor(new long[] {2, 3}, new float[] {1, 2, 3, 4, 5, 6}));
        tensors.put("żółć", new Tensor(new long[] {}, new float[] {-0.5f}));
        tensors.put("none", new Tensor(new long[] {0, 4}, new float[0]));
        return tensors;
    }

    @Test
    void whatIsWrittenIsRead() {
        Path file = folder.resolve("pytorch_model.bin");
        TorchArchiveWriter.write(file, some());
        Map<String, Tensor> read = TorchArchive.open(file).read();
        assertThat(read.keySet()).containsExactly("up.weight", "żółć", "none");
        some().forEach((name, tensor) -> {
            assertThat(read.get(name).shape()).isEqualTo(tensor.shape());
            assertThat(read.get(name).values()).isEqualTo(tensor.values());
        });
    }

    @Test
    void theSameTensorsGiveTheSameBytes() {
        TorchArchiveWriter.write(folder.resolve("a.bin"), some());
        TorchArchiveWriter.write(folder.resolve("b.bin"), some());
        assertThat(folder.resolve("a.bin")).hasSameBinaryContentAs(folder.resolve("b.bin"));
    }

    @Test
    void aViewIsReadRowByRow() throws IOException { // rows 0 1 2 and 3 4 5, transposed
        Tensor read = TorchArchive.open(archive(tensor("FloatStorage", 0, "K\3K\2", "K\1K\3")))
                .read()
                .get("w");
        assertThat(read.shape()).containsExactly(3, 2);
        assertThat(read.values()).containsExactly(0, 3, 1, 4, 2, 5);
        assertThat(TorchArchive.open(archive(tensor("FloatStorage", 1, "K\2K\2", "K\3K\1")))
                        .read()
                        .get("w")
                        .values())
                .containsExactly(1, 2, 4, 5);
    }

    @ParameterizedTest
    @CsvSource({
        "HalfStorage, 003c, 1",
        "BFloat16Storage, 803f, 1",
        "DoubleStorage, 000000000000f83f, 1.5",
        "LongStorage, feffffffffffffff, -2",
        "BoolStorage, 01, 1"
    })
    void everyTypeIsWidened(String type, String bytes, float value) throws IOException {
        byte[] six = latin(new String(HexFormat.of().parseHex(bytes), StandardCharsets.ISO_8859_1).repeat(6));
        Path file = archive(tensor(type, 5, "K\1", "K\1"), Map.of("data/0", six), true);
        assertThat(TorchArchive.open(file).read().get("w").values()).containsExactly(value);
    }

    @Test
    void theStateDictOfACheckpointIsTaken() throws IOException {
        String tensor = view("FloatStorage", 6, 0, "K\6", "K\1");
        Path file = archive("\200\2}(U\5epochK\3U\12state_dict}U\1w" + tensor + "su.");
        assertThat(TorchArchive.open(file).tensors()).containsOnlyKeys("w");
    }

    /** What PyTorch Lightning saves beside the weights: a counter, a callback by its class, numpy's numbers. */
    @Test
    void theRestOfATrainingCheckpointIsNotLookedAt() throws IOException {
        String dtype = "cnumpy\ndtype\n(U\2f8K\0K\1tR(K\3U\1<NNNtb";
        String number = "cnumpy.core.multiarray\nscalar\n(" + dtype + "c_codecs\nencode\n(U\1xU\6latin1tRtR";
        String callbacks = "}cpytorch_lightning.callbacks.model_checkpoint\nModelCheckpoint\n}U\4best" + number + "ss";
        Path file = archive("\200\2}U\13global_stepK\5sU\11callbacks" + callbacks + "sU\12state_dict}U\1w"
                + view("FloatStorage", 6, 0, "I6\n", "I1\n") + "ss.");
        assertThat(TorchArchive.open(file).read().get("w").values()).containsExactly(0, 1, 2, 3, 4, 5);
    }

    @Test
    void oneTensorIsReadAsItIsInTheFile() throws IOException { // rows 0 1 2 and 3 4 5, transposed
        var archive = TorchArchive.open(archive(tensor("FloatStorage", 0, "I3\nI2\n", "I1\nI3\n")));
        assertThat(archive.tensors().get("w").shape()).containsExactly(3, 2);
        assertThat(archive.floats("w")).containsExactly(0, 3, 1, 4, 2, 5);
        assertThat(archive.data("w").isDirect()).isTrue();
        assertThatThrownBy(() -> archive.data("v"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(archive.path() + " has no tensor 'v'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cposix\nsystem\n", "U\5posixU\6system\223", "iposix\nsystem\n", "(iposix\nsystem\n"})
    void whatWouldRunIsNamedAndNotRun(String mention) throws IOException {
        refused(
                archive("\200\2}U\1w" + mention + "(U\2lstRs."),
                "wants to run posix.system, which weights have no need of; nothing was run. Use the weights as a"
                        + " safetensors file, or from a source you trust save the tensors alone");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"builtins eval", "torch load", "torch.storage _load_from_bytes", "collections.OrderedDict x"})
    void namesThatOnlyLookHarmlessAreRefused(String name) throws IOException {
        Path file = archive("\200\2c" + name.replace(' ', '\n') + "\n)R.");
        assertThatThrownBy(() -> TorchArchive.open(file))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(file + ": wants to run " + name.replace(' ', '.') + ", ");
    }

    /** Each breaks one rule of the machine. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\\x81              | it has the instruction 0x81 at byte 0, which weights have no need of",
                "\\x82              | it has the instruction 0x82 at byte 0, which weights have no need of",
                "P                  | it has the instruction 0x50 at byte 0, which weights have no need of",
                "B                  | it has the instruction 0x42 at byte 0, which weights have no need of",
                ".                  | it takes a value where there is none",
                "(.                 | it takes a value where there is none",
                "t.                 | it takes a value where there is none",
                "NN.                | values are left over at its end",
                "NNs.               | it takes a value where there is none",
                "NNNs.              | it puts entries into something that is no dictionary",
                "}N]s.              | a dictionary's key is None, expected a text or a whole number",
                "}]]s.              | a dictionary's key is a list, expected a text or a whole number",
                "}(Nu.              | a dictionary has a key without a value",
                "}Na.               | it appends to something that is no list",
                "h\\x01.            | it refers to value 1, which it has not made",
                "NNb.               | it sets attributes of something that is no dictionary",
                "NQ.                | it refers to something outside that is no storage of numbers",
                "N)R.               | it calls None, which weights have no need of",
                "\\x8a\\x09.        | it has a whole number of 9 bytes, at most 8 are supported",
                "Ix\\n.             | 'x' is no whole number",
                "Fx\\n.             | 'x' is no number",
                "ctorch\\nSize\\n)R.| torch.Size has other arguments than PyTorch gives it",
                "U\\x01\\xff.       | a text is not UTF-8"
            })
    void instructionsThatMakeNoSenseAreRefused(String pickle, String message) throws IOException {
        refused(archive(unescaped(pickle)), damaged(message));
    }

    private static String unescaped(String text) {
        return Pattern.compile("\\\\x(..)|\\\\n")
                .matcher(text)
                .replaceAll(found -> found.group(1) == null
                        ? "\n"
                        : Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(found.group(1), 16))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\200",
                "}",
                "U\5abc",
                "X\377\377\377\377abc",
                "\215\377\377\377\377\377\377\377\177",
                "ctorch"
            })
    void aPickleThatEndsTooEarlyIsRefused(String pickle) throws IOException {
        refused(archive(pickle), "its pickle ends too early; the file is cut short, download or copy it again");
    }

    @Test
    void valuesWithoutEndAreRefusedBeforeTheyFillTheHeap() throws IOException {
        refused(archive("]".repeat(4_000_001)), damaged("it makes more than 4000000 values"));
        refused(archive("]" + "\224".repeat(4_000_001)), damaged("it makes more than 4000000 values"));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 3, 3", // 0, 3, 6: one beyond the end
        "1, 6, 1", // likewise, by the offset
        "0, 6, 0", // six times the same number: a small file could stand for a large tensor
        "0, 2147483647, 2147483647"
    })
    void aTensorOutsideItsStorageIsRefused(int offset, int size, int stride) throws IOException {
        Path file = archive(tensor("FloatStorage", offset, "I" + size + "\n", "I" + stride + "\n"));
        refused(
                file,
                damaged("it has a tensor of shape [" + size + "], strides [" + stride + "] and offset " + offset
                        + " in a storage of 6 elements, which does not fit"));
    }

    @Test
    void negativeAndUnequalSizesAreRefused() throws IOException {
        for (String[] sizes : new String[][] {{"I-1\n", "K\1"}, {"K\1", "I-1\n"}, {"K\1K\1", "K\1"}}) {
            Path file = archive(tensor("FloatStorage", 0, sizes[0], sizes[1]));
            assertThatThrownBy(() -> TorchArchive.open(file))
                    .isInstanceOf(UserException.class)
                    .hasMessageStartingWith(file + ": is no PyTorch file of weights: it has a tensor of shape [");
        }
    }

    @Test
    void aStorageThatIsMissingOrShortIsRefused() throws IOException {
        String pickle = tensor("FloatStorage", 0, "K\6", "K\1");
        String needs =
                "tensor 'w' needs 6 numbers of type F32, but the file has %d bytes for them; it is damaged, download"
                        + " or copy it again";
        refused(archive(pickle, Map.of(), true), needs.formatted(0));
        refused(archive(pickle, Map.of("data/0", new byte[23]), true), needs.formatted(23));
    }

    @Test
    void whatIsNoDictionaryOfTensorsIsRefused() throws IOException {
        refused(archive("].", Map.of(), true), "holds a list, expected a dictionary of tensors; save a state_dict");
        refused(
                archive("}(U\5epochK\3U\2lrG\0\0\0\0\0\0\0\0u.", Map.of(), true),
                "expected a dictionary of tensors, but 'epoch' is a whole number (and 1 more); save the weights alone, or"
                        + " under 'state_dict'");
    }

    @Test
    void compressedAndBigEndianFilesAreRefused() throws IOException {
        refused(
                archive("}.", Map.of(), false),
                "its entry 'any name/data.pkl' is compressed, which PyTorch does not do; save it again with torch.save");
        refused(
                archive("}.", Map.of("byteorder", latin("big")), true),
                "was written on a big-endian machine, which is not supported; save it again on another");
    }

    @Test
    void theOlderFormatIsRead() throws IOException {
        byte[] magic = latin("\200\2\212\12\154\374\234\106\371\40\152\250\120\31.");
        var out = new ByteArrayOutputStream();
        out.write(magic);
        out.write(latin("\200\2M\351\3.\200\2}U\15little_endianI01\ns."));
        out.write(latin(tensor("FloatStorage", 0, "K\2K\3", "K\3K\1")));
        out.write(latin("\200\2]U\1" + "0a."));
        out.write(latin("\6\0\0\0\0\0\0\0"));
        out.write(SIX);
        Path file = Files.write(folder.resolve("old.pt"), out.toByteArray());
        assertThat(TorchArchive.open(file).read().get("w").values()).containsExactly(0, 1, 2, 3, 4, 5);
        byte[] all = out.toByteArray();
        for (int length = magic.length; length < all.length; length++) {
            Files.write(file, Arrays.copyOf(all, length));
            assertThatThrownBy(() -> TorchArchive.open(file)).isInstanceOf(UserException.class);
        }
    }

    @Test
    void mutationsOfAValidFileAreReadOrRefused() throws IOException {
        Path file = folder.resolve("mutated.bin");
        TorchArchiveWriter.write(file, some());
        byte[] valid = Files.readAllBytes(file);
        var random = new Random(2023);
        Map<Boolean, Integer> outcomes = new HashMap<>();
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] bytes = valid.clone();
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            int length = random.nextInt(8) == 0 ? random.nextInt(bytes.length) : bytes.length;
            Files.write(file, Arrays.copyOf(bytes, length));
            outcomes.merge(isReadOrRefused(file), 1, Integer::sum);
        }
        assertThat(outcomes.get(true)).as("still valid").isGreaterThan(100);
        assertThat(outcomes.get(false)).as("refused").isGreaterThan(500);
    }

    private static boolean isReadOrRefused(Path file) {
        try {
            TorchArchive.open(file).read();
            return true;
        } catch (UserException e) {
            assertThat(e.getMessage()).startsWith(file + ": ").hasSizeLessThan(1000);
            return false;
        }
    }
}
