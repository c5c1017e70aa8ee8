package dev.atrium.application;

import jakarta.enterprise.util.Nonbinding;
import jakarta.inject.Qualifier;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A bean that handles what clients do in a namespace. There is one for a namespace at the most; in those that have one, events
 * mean what it says and nothing else.
 */
@Qualifier
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.FIELD, ElementType.METHOD, ElementType.PARAMETER})
public @interface Namespace {

    /** Its name. */
    @Nonbinding
    String value() default "/";
}
