package org.scedit.core.engine;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A function of tensors written in TorchScript and compiled in this process. Calls are recorded by {@link Autograd}.
 *
 * <p>The script is packed into an archive as {@code torch.jit.save} writes it (stored zip entries: source, an empty
 * constant table and the pickle of an object without parameters) and loaded by libtorch, which needs no Python for it.
 * Only tensors can be passed, so constants such as a stride are written into the source. It holds no tensors, so that it
 * runs on any device, that of its arguments.
 */
public final class ScriptFunction {
    private final PtSymbolBlock block;

    private ScriptFunction(PtSymbolBlock block) {
        this.block = block;
    }

    /**
     * Compiles a function.
     *
     * @param parameters names of its tensor parameters
     * @param body       lines of TorchScript in its serialised form ({@code torch.add(x, y)}, not {@code x + y}); the
     *                   last returns a tensor
     * @throws IllegalArgumentException if libtorch refuses the source; its message says where
     */
    public static ScriptFunction compile(String[] parameters, String... body) {
        return compile("Tensor", parameters, body);
    }

    /** {@link #compile(String[], String...)} for a function whose last line returns a list of tensors. */
    static ScriptFunction compileForSeveral(String[] parameters, String... body) {
        return compile("List[Tensor]", parameters, body);
    }

    private static ScriptFunction compile(String result, String[] parameters, String... body) {
        String signature =
                Arrays.stream(parameters).map(p -> ", " + p + ": Tensor").collect(Collectors.joining());
        String lines = Arrays.stream(body).map(line -> "    " + line + "\n").collect(Collectors.joining());
        String source = "class Ops(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n"
                + "  def forward(self: __torch__.Ops" + signature + ") -> " + result + ":\n" + lines;
        Torch.prepare();
        try {
            long handle =
                    JniUtils.loadModuleHandle(new ByteArrayInputStream(archive(source)), Device.cpu(), true, false);
            return new ScriptFunction(new PtSymbolBlock((PtNDManager) Torch.newHostManager(), handle));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("libtorch refuses this script:\n" + source, e);
        }
    }

    /** Calls it; the result belongs to the first argument's manager and to the open {@link Scope}. */
    public NDArray call(NDArray... arguments) {
        Torch.prepare();
        return IValueUtils.forward(block, new NDList(arguments), true).get(0);
    }

    /** Calls one that returns several; they belong to the first argument's manager and to the open {@link Scope}. */
    NDArray[] callForSeveral(NDArray... arguments) {
        Torch.prepare();
        return IValueUtils.forward(block, new NDList(arguments), true).toArray(new NDArray[0]);
    }

    private static byte[] archive(String source) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            store(zip, "ops/version", "10\n".getBytes(StandardCharsets.US_ASCII));
            store(zip, "ops/constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
            store(zip, "ops/data.pkl", emptyObject());
            store(zip, "ops/code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    /** Pickle protocol 2 of an object of class {@code __torch__.Ops} whose state is {@code {"training": False}}. */
    private static byte[] emptyObject() throws IOException {
        var pickle = new ByteArrayOutputStream();
        pickle.write(new byte[] {(byte) 0x80, 2});
        pickle.write("c__torch__\nOps\n)".getBytes(StandardCharsets.US_ASCII));
        pickle.write(new byte[] {(byte) 0x81, '}', '(', 'X', 8, 0, 0, 0});
        pickle.write("training".getBytes(StandardCharsets.US_ASCII));
        pickle.write(new byte[] {(byte) 0x89, 'u', 'b', '.'});
        return pickle.toByteArray();
    }

    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        var entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        var crc = new CRC32();
        crc.update(content);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
