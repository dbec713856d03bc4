// Package privacy decides what the public may see of a case, masks personal data, and destroys what has reached its end.
package privacy
