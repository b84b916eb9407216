package org.scedit.core.engine;

import ai.djl.ndarray.NDArray;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Attention on a processor, one head and a few hundred queries at a time: their scores stay in a core's cache, and are
 * computed again for the gradient. With S = scale · Q Kᵀ, P = softmax(S), O = P V and a gradient dO (Dao et al. 2022,
 * arXiv:2205.14135, appendix B.2):
 * <pre>
 * dV = Pᵀ dO        dS = P ∘ (dO Vᵀ - rowsum(dO ∘ O))        dQ = scale · dS K        dK = scale · dSᵀ Q
 * </pre>
 * In bfloat16 this is faster than libtorch's flash kernel for processors, as its matrix products are the machine's;
 * in float32 it is slower.
 */
final class AttentionInPieces implements Autograd.Differentiable {
    /** From so many queries on it pays. */
    static final int FEWEST_QUERIES = 512;

    /** Scores of a piece: 2 MiB, with at most so many queries. */
    private static final int SCORES = 1 << 20;

    private static final int MOST_QUERIES = 512;

    private static final Map<String, ScriptFunction> COMPILED = new ConcurrentHashMap<>();

    private final ScriptFunction forward;
    private final ScriptFunction backward;

    /**
     * @param heads of the last axis
     * @param width channels of a head
     */
    AttentionInPieces(int heads, int width) {
        String scale = String.format(Locale.ROOT, "%.17e", 1 / Math.sqrt(width));
        forward = COMPILED.computeIfAbsent("forward " + heads + " " + width, key -> forward(heads, scale));
        backward = COMPILED.computeIfAbsent("backward " + heads + " " + width, key -> backward(heads, scale));
    }

    private static ScriptFunction forward(int heads, String scale) {
        return ScriptFunction.compile(
                new String[] {"q", "k", "v"},
                rows(),
                "q1 = torch.mul(" + split("q", heads) + ", " + scale + ")",
                "k1 = " + split("k", heads),
                "v1 = " + split("v", heads),
                "o = torch.empty_like(q1)",
                "for i in range(torch.size(q1, 0)):",
                "  for h in range(" + heads + "):",
                "    kt = torch.t(" + head("k1") + ")",
                "    vh = " + head("v1"),
                "    for j in range(" + pieces() + "):",
                "      p = torch.softmax(torch.mm(" + rows(head("q1")) + ", kt), -1)",
                "      r = torch.mm(p, vh, out=" + rows(head("o")) + ")",
                "return " + joined("o"));
    }

    private static ScriptFunction backward(int heads, String scale) {
        // sums over pieces in float32: there are many of them, and bfloat16 would lose the later ones
        return ScriptFunction.compileForSeveral(
                new String[] {"q", "k", "v", "o", "g"},
                rows(),
                "q1 = torch.mul(" + split("q", heads) + ", " + scale + ")",
                "k1 = " + split("k", heads),
                "v1 = " + split("v", heads),
                "g1 = " + split("g", heads),
                // dO Vᵀ - rowsum(dO ∘ O) in one product, with one more column
                "s1 = torch.cat([g1, torch.sum(torch.mul(g1, " + split("o", heads) + "), [-1], True)], -1)",
                "w1 = torch.constant_pad_nd(v1, [0, 1], -1.)",
                "dq = torch.empty_like(q1)",
                "dk = torch.zeros_like(k1, dtype=6)",
                "dv = torch.zeros_like(v1, dtype=6)",
                "for i in range(torch.size(q1, 0)):",
                "  for h in range(" + heads + "):",
                "    kh = " + head("k1"),
                "    kt = torch.t(kh)",
                "    wt = torch.t(" + head("w1") + ")",
                "    dkh = " + head("dk"),
                "    dvh = " + head("dv"),
                "    for j in range(" + pieces() + "):",
                "      qj = " + rows(head("q1")),
                "      gj = " + rows(head("g1")),
                "      p = torch.softmax(torch.mm(qj, kt), -1)",
                "      s = torch.mul_(torch.mm(" + rows(head("s1")) + ", wt), p)",
                "      r1 = torch.add_(dvh, torch.mm(torch.t(p), gj))",
                "      r2 = torch.add_(dkh, torch.mm(torch.t(s), qj))",
                "      r3 = torch.mm(s, kh, out=" + rows(head("dq")) + ")",
                "dq1 = " + joined("torch.mul_(dq, " + scale + ")"),
                "dk1 = torch.to(" + joined("dk") + ", ops.prim.dtype(k))",
                "dv1 = torch.to(" + joined("dv") + ", ops.prim.dtype(v))",
                "return [dq1, dk1, dv1]");
    }

    private static String rows() {
        return "n = ops.prim.min(" + MOST_QUERIES + ", ops.prim.max(1, torch.floordiv(" + SCORES
                + ", torch.size(k, 1))))";
    }

    private static String pieces() {
        return "torch.floordiv(torch.sub(torch.add(torch.size(q1, 2), n), 1), n)";
    }

    private static String split(String x, int heads) {
        return "torch.contiguous(torch.transpose(torch.unflatten(" + x + ", -1, [" + heads + ", -1]), 1, 2))";
    }

    private static String joined(String x) {
        return "torch.flatten(torch.transpose(" + x + ", 1, 2), 2)";
    }

    private static String head(String x) {
        return "torch.select(torch.select(" + x + ", 0, i), 0, h)";
    }

    private static String rows(String x) {
        return "torch.slice(" + x + ", 0, torch.mul(j, n), torch.mul(torch.add(j, 1), n))";
    }

    @Override
    public NDArray forward(NDArray[] inputs, Consumer<NDArray> keep) {
        return forward.call(inputs);
    }

    @Override
    public NDArray[] backward(Autograd.Kept kept, NDArray gradient) {
        NDArray[] in = kept.inputs();
        return backward.callForSeveral(in[0], in[1], in[2], kept.output(), gradient);
    }
}
