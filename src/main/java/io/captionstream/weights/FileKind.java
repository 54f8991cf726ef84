package io.captionstream.weights;

import io.captionstream.network.MalformedWeightsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** What a weights file is, told by its first bytes and never by its name. */
enum FileKind {
    HDF5,
    SAFETENSORS;

    private static final byte[] HDF5_MAGIC = {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};

    /** @throws MalformedWeightsException if it is something else that can be told */
    static FileKind of(Path file) throws IOException {
        byte[] head;
        try (InputStream stream = Files.newInputStream(file)) {
            head = stream.readNBytes(HDF5_MAGIC.length);
        }
        if (Arrays.equals(head, HDF5_MAGIC)) {
            return HDF5;
        }
        if (head.length > 1 && ((head[0] == 'P' && head[1] == 'K') || (head[0] == (byte) 0x80 && head[1] < 6))) {
            throw new MalformedWeightsException(file
                    + " is an archive or a pickle, as .pth, .bin and .keras files are; save the weights as safetensors"
                    + " (safetensors.torch.save_file) or as HDF5 (model.save_weights('weights.h5'))");
        }
        if (head.length > 0 && isText(head)) {
            throw new MalformedWeightsException(file + " is text, neither safetensors nor HDF5");
        }
        return SAFETENSORS;
    }

    private static boolean isText(byte[] head) {
        for (byte b : head) {
            if ((b < ' ' && b != '\n' && b != '\r' && b != '\t') || b == 0x7f) {
                return false;
            }
        }
        return true;
    }
}
