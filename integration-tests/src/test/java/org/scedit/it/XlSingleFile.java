package org.scedit.it;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.scedit.core.weights.SafetensorsFile;
import org.scedit.core.weights.SafetensorsWriter;

/**
 * A folder of Stable Diffusion XL's form as one file in the layout it was published in: the other way round than the code
 * under test.
 */
final class XlSingleFile {
    /** Of the second text encoder; queries, keys and values are joined. */
    private static final Map<String, String> OPEN_CLIP = names("""
            ^text_model\\.final_layer_norm                         ln_final
            ^text_model\\.encoder\\.layers\\.(\\d+)\\.             transformer.resblocks.$1.
            layer_norm                                             ln_
            self_attn\\.out_proj                                   attn.out_proj
            mlp\\.fc1                                              mlp.c_fc
            mlp\\.fc2                                              mlp.c_proj
            ^text_model\\.embeddings\\.token_embedding             token_embedding
            ^text_model\\.embeddings\\.position_embedding\\.weight positional_embedding
            """);

    private static final Map<String, String> VAE = names("""
            \\.conv_norm_out                        .norm_out
            mid_block\\.resnets\\.0                 mid.block_1
            mid_block\\.resnets\\.1                 mid.block_2
            mid_block\\.attentions\\.0\\.group_norm mid.attn_1.norm
            mid_block\\.attentions\\.0\\.to_(.)\\.  mid.attn_1.$1.
            mid_block\\.attentions\\.0\\.to_out\\.0 mid.attn_1.proj_out
            down_blocks                             down
            up_blocks\\.0                           up.3
            up_blocks\\.1                           up.2
            up_blocks\\.2                           up.1
            up_blocks\\.3                           up.0
            \\.resnets\\.                           .block.
            conv_shortcut                           nin_shortcut
            downsamplers\\.0                        downsample
            upsamplers\\.0                          upsample
            """);

    private static final Map<String, String> RESNET = names("""
            \\.norm1         .in_layers.0
            \\.conv1         .in_layers.2
            \\.time_emb_proj .emb_layers.1
            \\.norm2         .out_layers.0
            \\.conv2         .out_layers.3
            \\.conv_shortcut .skip_connection
            """);

    /** What the second text encoder's names begin with. */
    static final String SECOND_TEXT = "conditioner.embedders.1.model.";

    private final Map<String, SafetensorsWriter.Tensor> tensors = new LinkedHashMap<>();

    private XlSingleFile() {}

    /** @param folder with three blocks of two ResNets, the first without attention, and an autoencoder of four */
    static void write(Path folder, Path file) {
        var single = new XlSingleFile();
        single.unet(SafetensorsFile.open(folder.resolve("unet/diffusion_pytorch_model.safetensors")));
        var vae = SafetensorsFile.open(folder.resolve("vae/diffusion_pytorch_model.safetensors"));
        vae.entries().keySet().forEach(name -> single.put("first_stage_model." + renamed(name, VAE), vae, name));
        var first = SafetensorsFile.open(folder.resolve("text_encoder/model.safetensors"));
        first.entries()
                .keySet()
                .forEach(name -> single.put("conditioner.embedders.0.transformer." + name, first, name));
        single.openClip(SafetensorsFile.open(folder.resolve("text_encoder_2/model.safetensors")));
        SafetensorsWriter.write(file, single.tensors, Map.of());
    }

    private void unet(SafetensorsFile part) {
        Map<String, String> names = names("""
            ^conv_in                    input_blocks.0.0
            ^time_embedding\\.linear_1  time_embed.0
            ^time_embedding\\.linear_2  time_embed.2
            ^add_embedding\\.linear_1   label_emb.0.0
            ^add_embedding\\.linear_2   label_emb.0.2
            ^mid_block\\.resnets\\.0    middle_block.0
            ^mid_block\\.attentions\\.0 middle_block.1
            ^mid_block\\.resnets\\.1    middle_block.2
            ^conv_norm_out              out.0
            ^conv_out                   out.2
            """);
        int in = 1;
        int out = 0;
        for (int level = 0; level < 3; level++) {
            for (int i = 0; i < 2; i++, in++) {
                names.put("^down_blocks\\." + level + "\\.resnets\\." + i, "input_blocks." + in + ".0");
                names.put("^down_blocks\\." + level + "\\.attentions\\." + i, "input_blocks." + in + ".1");
            }
            names.put("^down_blocks\\." + level + "\\.downsamplers\\.0\\.conv", "input_blocks." + in++ + ".0.op");
            for (int i = 0; i < 3; i++, out++) {
                names.put("^up_blocks\\." + level + "\\.resnets\\." + i, "output_blocks." + out + ".0");
                names.put("^up_blocks\\." + level + "\\.attentions\\." + i, "output_blocks." + out + ".1");
            }
            names.put("^up_blocks\\." + level + "\\.upsamplers\\.0", "output_blocks." + (out - 1) + ".2");
        }
        for (String name : part.entries().keySet()) {
            String inner = name.contains(".resnets.") ? renamed(name, RESNET) : name;
            put("model.diffusion_model." + renamed(inner, names), part, name);
        }
    }

    private void openClip(SafetensorsFile part) {
        String prefix = SECOND_TEXT;
        for (String name : part.entries().keySet()) {
            if (name.equals("text_projection.weight")) {
                long[] shape = part.entries().get(name).shape();
                put(
                        prefix + "text_projection",
                        transposed(part.floats(name), (int) shape[0], (int) shape[1]),
                        shape[1],
                        shape[0]);
            } else if (name.contains(".q_proj.")) {
                long[] shape = part.entries().get(name).shape().clone();
                shape[0] *= 3;
                String key = renamed(name, OPEN_CLIP).replace("self_attn.q_proj.", "attn.in_proj_");
                put(prefix + key, joined(part, name), shape);
            } else if (!name.contains(".k_proj.") && !name.contains(".v_proj.")) {
                put(prefix + renamed(name, OPEN_CLIP), part, name);
            }
        }
    }

    private static float[] joined(SafetensorsFile part, String query) {
        float[] first = part.floats(query);
        float[] all = Arrays.copyOf(first, 3 * first.length);
        for (String each : List.of("k", "v")) {
            float[] next = part.floats(query.replace(".q_proj.", "." + each + "_proj."));
            System.arraycopy(next, 0, all, each.equals("k") ? first.length : 2 * first.length, first.length);
        }
        return all;
    }

    private static float[] transposed(float[] values, int rows, int columns) {
        float[] other = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            other[i % columns * rows + i / columns] = values[i];
        }
        return other;
    }

    private void put(String key, SafetensorsFile part, String name) {
        put(key, part.floats(name), part.entries().get(name).shape());
    }

    private void put(String key, float[] values, long... shape) {
        tensors.put(key, SafetensorsWriter.Tensor.f32(values, shape));
    }

    private static String renamed(String name, Map<String, String> names) {
        String renamed = name;
        for (Map.Entry<String, String> each : names.entrySet()) {
            renamed = renamed.replaceFirst(each.getKey(), each.getValue());
        }
        return renamed;
    }

    /** Lines of a pattern and what replaces it, in their order. */
    private static Map<String, String> names(String lines) {
        Map<String, String> names = new LinkedHashMap<>();
        for (String line : lines.split("\n")) {
            String[] pair = line.split(" +");
            names.put(pair[0], pair[1]);
        }
        return names;
    }
}
