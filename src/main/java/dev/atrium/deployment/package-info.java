/**
 * Build steps of Quarkus: they find an application's handlers and generate their invokers. A running server loads no class of
 * this package.
 */
package dev.atrium.deployment;
