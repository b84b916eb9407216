package org.scedit.core.diffusion;

/** A few linear equations, solved by elimination with pivots. */
final class LinearEquations {
    private LinearEquations() {}

    /**
     * x with {@code matrix · x = right}.
     *
     * @param matrix square, by rows, invertible; changed
     * @param right  changed
     */
    static double[] solve(double[][] matrix, double[] right) {
        int size = right.length;
        for (int column = 0; column < size; column++) {
            int pivot = column;
            for (int row = column + 1; row < size; row++) {
                if (Math.abs(matrix[row][column]) > Math.abs(matrix[pivot][column])) {
                    pivot = row;
                }
            }
            swap(matrix, right, column, pivot);
            for (int row = column + 1; row < size; row++) {
                double factor = matrix[row][column] / matrix[column][column];
                for (int k = column; k < size; k++) {
                    matrix[row][k] -= factor * matrix[column][k];
                }
                right[row] -= factor * right[column];
            }
        }
        for (int row = size - 1; row >= 0; row--) {
            for (int k = row + 1; k < size; k++) {
                right[row] -= matrix[row][k] * right[k];
            }
            right[row] /= matrix[row][row];
        }
        return right;
    }

    private static void swap(double[][] matrix, double[] right, int one, int other) {
        double[] row = matrix[one];
        matrix[one] = matrix[other];
        matrix[other] = row;
        double value = right[one];
        right[one] = right[other];
        right[other] = value;
    }
}
