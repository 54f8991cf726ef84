package io.captionstream.image;

import static com.google.common.base.Preconditions.checkState;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;

/** The JDK's own image readers, whatever plugins are installed besides: the same bytes must give the same pixels. */
final class JdkReaders {
    private JdkReaders() {}

    static ImageReader create(ImageFormat format) throws IOException {
        Iterator<ImageReaderSpi> providers = IIORegistry.getDefaultInstance()
                .getServiceProviders(ImageReaderSpi.class, provider -> reads(provider, format), false);
        checkState(providers.hasNext(), "This JDK has no reader for %s", format);
        return providers.next().createReaderInstance();
    }

    private static boolean reads(Object provider, ImageFormat format) {
        return provider.getClass().getModule() == ImageIO.class.getModule()
                && List.of(((ImageReaderSpi) provider).getFormatNames()).contains(format.displayName());
    }
}
