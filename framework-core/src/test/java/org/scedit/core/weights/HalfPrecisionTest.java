package org.scedit.core.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HalfPrecisionTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0000",
        "-0.0, 8000",
        "1, 3c00",
        "-2, c000",
        "65504, 7bff", // the largest
        "65519.99, 7bff", // below half a step above it
        "65520, 7c00", // a tie, and the even neighbour is infinity
        "1e30, 7c00",
        "-Infinity, fc00",
        "1.00048828125, 3c00", // 1 + 2⁻¹¹: a tie, down to the even fraction
        "1.00146484375, 3c02", // 1 + 3·2⁻¹¹: a tie, up to the even fraction
        "6.103515625E-5, 0400", // 2⁻¹⁴, the smallest normal number
        "5.9604644775390625E-8, 0001", // 2⁻²⁴, the smallest of all
        "2.98023223876953125E-8, 0000", // 2⁻²⁵: a tie, down to 0
        "8.94069671630859375E-8, 0002", // 3·2⁻²⁵: a tie, up to the even one
        "6.1005353927612305E-5, 0400", // rounds up from the subnormals into the normal numbers
    })
    void f16RoundsToNearestEven(float value, String bits) {
        assertThat(hex(HalfPrecision.toF16(value))).isEqualTo(bits);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 3f80",
        "-2, c000",
        "1.00390625, 3f80", // 1 + 2⁻⁸: a tie, down to the even fraction
        "1.01171875, 3f82", // 1 + 3·2⁻⁸: a tie, up to the even fraction
        "3.4028235e38, 7f80", // beyond the largest
    })
    void bf16RoundsToNearestEven(float value, String bits) {
        assertThat(hex(HalfPrecision.toBf16(value))).isEqualTo(bits);
    }

    @Test
    void every16BitNumberSurvivesWideningAndNarrowing() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float f16 = HalfPrecision.fromF16((short) bits);
            float bf16 = HalfPrecision.fromBf16((short) bits);
            if (Float.isNaN(f16)) {
                assertThat(HalfPrecision.fromF16(HalfPrecision.toF16(f16))).isNaN();
            } else {
                assertThat(HalfPrecision.toF16(f16)).isEqualTo((short) bits);
            }
            if (Float.isNaN(bf16)) {
                assertThat(HalfPrecision.fromBf16(HalfPrecision.toBf16(bf16))).isNaN();
            } else {
                assertThat(HalfPrecision.toBf16(bf16)).isEqualTo((short) bits);
            }
        }
    }

    @Test
    void aNotANumberWithALongFractionStaysOne() {
        float hidden = Float.intBitsToFloat(0x7f800001); // its upper half alone would be infinity
        assertThat(HalfPrecision.fromBf16(HalfPrecision.toBf16(hidden))).isNaN();
        assertThat(HalfPrecision.fromF16(HalfPrecision.toF16(hidden))).isNaN();
    }

    @Test
    void everyTypeWidensToFloats() {
        assertThat(floats(DType.F64, 8, b -> b.putDouble(-1.5))).containsExactly(-1.5f);
        assertThat(floats(DType.F32, 4, b -> b.putFloat(0.1f))).containsExactly(0.1f);
        assertThat(floats(DType.F16, 4, b -> b.putShort((short) 0x3c00).putShort((short) 0xc000)))
                .containsExactly(1f, -2f);
        assertThat(floats(DType.BF16, 2, b -> b.putShort((short) 0x3f80))).containsExactly(1f);
        assertThat(floats(DType.I64, 8, b -> b.putLong(-3))).containsExactly(-3f);
        assertThat(floats(DType.I32, 4, b -> b.putInt(70000))).containsExactly(70000f);
        assertThat(floats(DType.I16, 2, b -> b.putShort((short) -4))).containsExactly(-4f);
        assertThat(floats(DType.I8, 1, b -> b.put((byte) -5))).containsExactly(-5f);
        assertThat(floats(DType.U8, 1, b -> b.put((byte) 200))).containsExactly(200f);
        assertThat(floats(DType.BOOL, 2, b -> b.put((byte) 1).put((byte) 0))).containsExactly(1f, 0f);
    }

    private static float[] floats(DType type, int bytes, Consumer<ByteBuffer> content) {
        ByteBuffer data = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        content.accept(data);
        return HalfPrecision.toFloats(data.flip(), type);
    }

    private static String hex(short bits) {
        return String.format("%04x", bits & 0xffff);
    }
}
