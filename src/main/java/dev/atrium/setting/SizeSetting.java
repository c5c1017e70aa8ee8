package dev.atrium.setting;

import io.quarkus.runtime.configuration.MemorySizeConverter;
import org.eclipse.microprofile.config.spi.Converter;

/** Converter of sizes in bytes: {@code 65536}, {@code 64K} or {@code 1M}. */
public final class SizeSetting implements Converter<Long> {

    @Override
    public Long convert(String value) {
        try {
            return new MemorySizeConverter().convert(value).asLongValue();
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("expected a size in bytes, for example 65536, 64K or 1M");
        }
    }
}
