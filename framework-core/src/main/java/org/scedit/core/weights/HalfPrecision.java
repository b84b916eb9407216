package org.scedit.core.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Conversions between 32-bit floats and the two 16-bit formats: {@code F16} (IEEE 754 binary16: 5 bits of exponent, 10
 * of fraction) and {@code BF16} (the upper half of a 32-bit float). Narrowing rounds to nearest, ties to even. (Java has
 * {@code Float.floatToFloat16} from 20 on only.)
 */
public final class HalfPrecision {
    private static final float SMALLEST_NORMAL_F16 = 0x1p-14f;
    /** Adding this to a smaller float leaves a multiple of 2⁻²⁴, the step of F16's subnormals, in the lowest bits. */
    private static final float SUBNORMAL_F16_MAGIC = 0.5f;

    private HalfPrecision() {}

    /** The F16 nearest to {@code value}; beyond ±65504 (plus half a step) it is infinite; NaN stays NaN. */
    public static short toF16(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = bits >>> 16 & 0x8000;
        float magnitude = Math.abs(value);
        if (Float.isNaN(value)) {
            return (short) (sign | 0x7e00);
        }
        if (magnitude >= 65520f) {
            return (short) (sign | 0x7c00);
        }
        if (magnitude < SMALLEST_NORMAL_F16) {
            // the float addition itself does the rounding to nearest even
            int fraction = Float.floatToRawIntBits(magnitude + SUBNORMAL_F16_MAGIC)
                    - Float.floatToRawIntBits(SUBNORMAL_F16_MAGIC);
            return (short) (sign | fraction);
        }
        int absolute = bits & 0x7fffffff;
        int rebased = absolute - (127 - 15 << 23);
        int odd = rebased >>> 13 & 1;
        return (short) (sign | rebased + 0xfff + odd >>> 13);
    }

    /** The value of an F16, exactly. */
    public static float fromF16(short half) {
        int sign = (half & 0x8000) << 16;
        int exponent = half >>> 10 & 0x1f;
        int fraction = half & 0x3ff;
        if (exponent == 0) {
            float magnitude = fraction * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        int rebased = exponent == 0x1f ? 0xff : exponent + 127 - 15;
        return Float.intBitsToFloat(sign | rebased << 23 | fraction << 13);
    }

    /** The BF16 nearest to {@code value}; NaN stays NaN. */
    public static short toBf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40);
        }
        int odd = bits >>> 16 & 1;
        return (short) (bits + 0x7fff + odd >>> 16);
    }

    /** The value of a BF16, exactly. */
    public static float fromBf16(short half) {
        return Float.intBitsToFloat(half << 16);
    }

    /**
     * Widens numbers to floats; {@code I64}, {@code I32} and {@code F64} are rounded to the nearest float.
     *
     * @param data little endian, read from its position to its limit, which stay as they are
     * @param type of the numbers in {@code data}
     * @return a new array of {@code data.remaining() / type.bytes()} values
     */
    public static float[] toFloats(ByteBuffer data, DType type) {
        ByteBuffer source = data.slice().order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[source.remaining() / type.bytes()];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (type) {
                case F64 -> (float) source.getDouble();
                case F32 -> source.getFloat();
                case F16 -> fromF16(source.getShort());
                case BF16 -> fromBf16(source.getShort());
                case I64 -> source.getLong();
                case I32 -> source.getInt();
                case I16 -> source.getShort();
                case I8 -> source.get();
                case U8, BOOL -> source.get() & 0xff;
            };
        }
        return values;
    }
}
