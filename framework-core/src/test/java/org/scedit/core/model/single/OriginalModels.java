package org.scedit.core.model.single;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Names and shapes of models in the layout of Latent Diffusion, laid out as the original constructors lay them out, from
 * the original settings: the other way round than the code under test, which knows only the result.
 */
final class OriginalModels {
    private final Map<String, long[]> tensors = new LinkedHashMap<>();

    private OriginalModels() {}

    /**
     * Settings of {@code UNetModel}, under its names.
     *
     * @param depths  layers of the transformers of each level; 0 where the level has none
     * @param context width of the text states
     * @param adm     width of what {@code label_emb} takes; 0 for none
     */
    record UNetSettings(
            int in,
            int modelChannels,
            List<Integer> channelMult,
            int numResBlocks,
            List<Integer> depths,
            int midDepth,
            int context,
            boolean linear,
            int adm) {
        static final UNetSettings SD15 =
                new UNetSettings(4, 320, List.of(1, 2, 4, 4), 2, List.of(1, 1, 1, 0), 1, 768, false, 0);
        static final UNetSettings SD15_INPAINTING =
                new UNetSettings(9, 320, List.of(1, 2, 4, 4), 2, List.of(1, 1, 1, 0), 1, 768, false, 0);
        static final UNetSettings SD21 =
                new UNetSettings(4, 320, List.of(1, 2, 4, 4), 2, List.of(1, 1, 1, 0), 1, 1024, true, 0);
        static final UNetSettings SDXL =
                new UNetSettings(4, 320, List.of(1, 2, 4), 2, List.of(0, 2, 10), 10, 2048, true, 2816);
        /** Of no published model. */
        static final UNetSettings SMALL = new UNetSettings(4, 32, List.of(1, 2), 1, List.of(0, 1), 1, 64, false, 0);
    }

    static Map<String, long[]> unet(UNetSettings of) {
        var model = new OriginalModels();
        int base = of.modelChannels();
        int time = 4 * base;
        model.linear("time_embed.0", base, time);
        model.linear("time_embed.2", time, time);
        if (of.adm() > 0) {
            model.linear("label_emb.0.0", of.adm(), time);
            model.linear("label_emb.0.2", time, time);
        }
        model.conv("input_blocks.0.0", of.in(), base, 3);
        Deque<Integer> skips = new ArrayDeque<>(List.of(base));
        int current = base;
        int n = 1;
        int last = of.channelMult().size() - 1;
        for (int level = 0; level <= last; level++) {
            int channels = base * of.channelMult().get(level);
            for (int i = 0; i < of.numResBlocks(); i++, n++) {
                model.resBlock("input_blocks." + n + ".0", current, channels, time);
                model.transformer(
                        "input_blocks." + n + ".1", channels, of.depths().get(level), of);
                current = channels;
                skips.push(current);
            }
            if (level < last) {
                model.conv("input_blocks." + n++ + ".0.op", current, current, 3);
                skips.push(current);
            }
        }
        model.resBlock("middle_block.0", current, current, time);
        model.transformer("middle_block.1", current, of.midDepth(), of);
        model.resBlock("middle_block.2", current, current, time);
        n = 0;
        for (int level = last; level >= 0; level--) {
            int channels = base * of.channelMult().get(level);
            for (int i = 0; i <= of.numResBlocks(); i++, n++) {
                model.resBlock("output_blocks." + n + ".0", current + skips.pop(), channels, time);
                model.transformer(
                        "output_blocks." + n + ".1", channels, of.depths().get(level), of);
                current = channels;
                if (level > 0 && i == of.numResBlocks()) {
                    int layer = of.depths().get(level) > 0 ? 2 : 1;
                    model.conv("output_blocks." + n + "." + layer + ".conv", current, current, 3);
                }
            }
        }
        model.norm("out.0", current);
        model.conv("out.2", current, 4, 3);
        return model.tensors;
    }

    /** {@code AutoencoderKL} with {@code ch}, {@code ch_mult} and {@code num_res_blocks} of its {@code ddconfig}. */
    static Map<String, long[]> autoencoder(int base, List<Integer> mult, int numResBlocks, int latent) {
        var model = new OriginalModels();
        int last = mult.size() - 1;
        model.conv("encoder.conv_in", 3, base, 3);
        int current = base;
        for (int level = 0; level <= last; level++) {
            int channels = base * mult.get(level);
            for (int i = 0; i < numResBlocks; i++) {
                model.vaeBlock("encoder.down." + level + ".block." + i, current, channels);
                current = channels;
            }
            if (level < last) {
                model.conv("encoder.down." + level + ".downsample.conv", current, current, 3);
            }
        }
        model.vaeMiddle("encoder.mid", current);
        model.norm("encoder.norm_out", current);
        model.conv("encoder.conv_out", current, 2 * latent, 3);
        model.conv("decoder.conv_in", latent, current, 3);
        model.vaeMiddle("decoder.mid", current);
        for (int level = last; level >= 0; level--) {
            int channels = base * mult.get(level);
            for (int i = 0; i <= numResBlocks; i++) {
                model.vaeBlock("decoder.up." + level + ".block." + i, current, channels);
                current = channels;
            }
            if (level > 0) {
                model.conv("decoder.up." + level + ".upsample.conv", current, current, 3);
            }
        }
        model.norm("decoder.norm_out", current);
        model.conv("decoder.conv_out", current, 3, 3);
        model.conv("quant_conv", 2 * latent, 2 * latent, 1);
        model.conv("post_quant_conv", latent, latent, 1);
        return model.tensors;
    }

    /** transformers' {@code CLIPTextModel}, with the positions' numbers that its early versions save. */
    static Map<String, long[]> clip(int vocabulary, int width, int layers) {
        var model = new OriginalModels();
        String path = "text_model.embeddings.";
        model.tensors.put(path + "position_ids", new long[] {1, 77});
        model.tensors.put(path + "token_embedding.weight", new long[] {vocabulary, width});
        model.tensors.put(path + "position_embedding.weight", new long[] {77, width});
        for (int i = 0; i < layers; i++) {
            String layer = "text_model.encoder.layers." + i + ".";
            for (String name : List.of("k_proj", "v_proj", "q_proj", "out_proj")) {
                model.linear(layer + "self_attn." + name, width, width);
            }
            model.norm(layer + "layer_norm1", width);
            model.linear(layer + "mlp.fc1", width, 4 * width);
            model.linear(layer + "mlp.fc2", 4 * width, width);
            model.norm(layer + "layer_norm2", width);
        }
        model.norm("text_model.final_layer_norm", width);
        return model.tensors;
    }

    /** open_clip's text tower. */
    static Map<String, long[]> openClip(int vocabulary, int width, int layers, int projected) {
        var model = new OriginalModels();
        model.tensors.put("positional_embedding", new long[] {77, width});
        model.tensors.put("text_projection", new long[] {width, projected});
        model.tensors.put("logit_scale", new long[] {});
        model.tensors.put("token_embedding.weight", new long[] {vocabulary, width});
        for (int i = 0; i < layers; i++) {
            String block = "transformer.resblocks." + i + ".";
            model.norm(block + "ln_1", width);
            model.tensors.put(block + "attn.in_proj_weight", new long[] {3L * width, width});
            model.tensors.put(block + "attn.in_proj_bias", new long[] {3L * width});
            model.linear(block + "attn.out_proj", width, width);
            model.norm(block + "ln_2", width);
            model.linear(block + "mlp.c_fc", width, 4 * width);
            model.linear(block + "mlp.c_proj", 4 * width, width);
        }
        model.norm("ln_final", width);
        return model.tensors;
    }

    private void resBlock(String path, int in, int out, int time) {
        norm(path + ".in_layers.0", in);
        conv(path + ".in_layers.2", in, out, 3);
        linear(path + ".emb_layers.1", time, out);
        norm(path + ".out_layers.0", out);
        conv(path + ".out_layers.3", out, out, 3);
        if (in != out) {
            conv(path + ".skip_connection", in, out, 1);
        }
    }

    private void transformer(String path, int channels, int depth, UNetSettings of) {
        if (depth == 0) {
            return;
        }
        norm(path + ".norm", channels);
        for (String projection : List.of(".proj_in", ".proj_out")) {
            if (of.linear()) {
                linear(path + projection, channels, channels);
            } else {
                conv(path + projection, channels, channels, 1);
            }
        }
        for (int i = 0; i < depth; i++) {
            String block = path + ".transformer_blocks." + i + ".";
            for (int attention = 1; attention <= 2; attention++) {
                int seen = attention == 1 ? channels : of.context();
                String name = block + "attn" + attention + ".";
                tensors.put(name + "to_q.weight", new long[] {channels, channels});
                tensors.put(name + "to_k.weight", new long[] {channels, seen});
                tensors.put(name + "to_v.weight", new long[] {channels, seen});
                linear(name + "to_out.0", channels, channels);
            }
            linear(block + "ff.net.0.proj", channels, 8 * channels);
            linear(block + "ff.net.2", 4 * channels, channels);
            for (int norm = 1; norm <= 3; norm++) {
                norm(block + "norm" + norm, channels);
            }
        }
    }

    private void vaeBlock(String path, int in, int out) {
        norm(path + ".norm1", in);
        conv(path + ".conv1", in, out, 3);
        norm(path + ".norm2", out);
        conv(path + ".conv2", out, out, 3);
        if (in != out) {
            conv(path + ".nin_shortcut", in, out, 1);
        }
    }

    private void vaeMiddle(String path, int channels) {
        vaeBlock(path + ".block_1", channels, channels);
        norm(path + ".attn_1.norm", channels);
        for (String layer : List.of("q", "k", "v", "proj_out")) {
            conv(path + ".attn_1." + layer, channels, channels, 1);
        }
        vaeBlock(path + ".block_2", channels, channels);
    }

    private void conv(String path, int in, int out, int kernel) {
        tensors.put(path + ".weight", new long[] {out, in, kernel, kernel});
        tensors.put(path + ".bias", new long[] {out});
    }

    private void linear(String path, int in, int out) {
        tensors.put(path + ".weight", new long[] {out, in});
        tensors.put(path + ".bias", new long[] {out});
    }

    private void norm(String path, int channels) {
        tensors.put(path + ".weight", new long[] {channels});
        tensors.put(path + ".bias", new long[] {channels});
    }
}
