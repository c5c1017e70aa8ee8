package dev.atrium.setting;

import org.eclipse.microprofile.config.spi.Converter;

/**
 * Converter of secrets, without white space around them: a variable that is filled from a file often ends with a line break,
 * which no header can contain, so that no client could send such a key.
 */
public final class SecretSetting implements Converter<String> {

    @Override
    public String convert(String value) {
        String secret = value.strip();
        return secret.isEmpty() ? null : secret;
    }
}
