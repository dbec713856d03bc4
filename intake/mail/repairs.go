package mail

// repairs are the words of Message.Repaired, sorted.
var repairs = []string{
	"base64",            // characters that are no base64 were passed over, or its end was missing
	"boundary_missing",  // the declared boundary does not occur: another was found, or the body is one text
	"boundary_unclosed", // the last boundary is missing: the message was cut
	"charset_guess",     // no charset was declared for bytes above 127
	"charset_unknown",   // the declared charset does not exist
	"charset_wrong",     // the bytes are not in the declared charset
	"content_type",      // the media type is missing a piece, or the content is something else
	"date",              // Date is missing or unreadable: the time is that of the newest Received
	"depth_limit",       // parts deeper than the limit were not opened
	"header_8bit",       // undeclared bytes above 127 in the header
	"header_limit",      // fields beyond the limit were not read
	"header_line",       // a line within the header is none of its fields, or an empty line stood within it
	"header_word",       // an encoded word is cut or wrongly written (RFC 2047)
	"name_charset",      // a file name in another charset than UTF-8 (RFC 2231)
	"no_from",           // From is missing: the sender comes from another field
	"no_header",         // there is no header: all is text
	"partial",           // one piece of a message that was sent in several (RFC 2046 section 5.2.2)
	"parts_limit",       // parts beyond the limit were not read
	"quoted_printable",  // wrong escapes were left as they are
	"raw_text",          // the words stood outside of the parts
	"text_limit",        // text beyond the limit was cut; the raw message has it
	"tnef",              // winmail.dat was cut or damaged: what stood before the damage was read
	"transfer_encoding", // the content is not encoded as declared
}
