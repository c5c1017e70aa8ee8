package dev.atrium.setting;

import org.eclipse.microprofile.config.spi.Converter;

/** Converter of {@code true} and {@code false}, and nothing else: the stock converter takes a typing error for false. */
public final class SwitchSetting implements Converter<Boolean> {

    @Override
    public Boolean convert(String value) {
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("expected true or false");
        };
    }
}
