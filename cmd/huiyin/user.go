package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"huiyin/casework"
	"huiyin/staff"
)

const userSynopsis = "add LOGIN --unit CODE --role ROLE[,ROLE…] [--name NAME] | passwd LOGIN | roles LOGIN --role ROLE[,ROLE…] | disable LOGIN | enable LOGIN | unbind LOGIN | token LOGIN | revoke LOGIN | list"

// user keeps the staff accounts. A password comes from the first line of standard input with --password-stdin; otherwise
// one is made, shown once, and must be changed at the first sign-in.
func user(ctx context.Context, env *Env, args []string) error {
	f := env.flags("user", userSynopsis)
	unit := f.String("unit", string(casework.Hotline), "`code` of the unit the person works for")
	roles := f.String("role", "", "what the person may do, separated by commas: "+roleNames())
	name := f.String("name", "", "the person's name (default: the login)")
	fromStdin := f.Bool("password-stdin", false, "read the password from the first line of standard input")
	act, login, err := userArguments(f, args)
	if err != nil {
		return err
	}
	var do func(r *staff.Register) error
	switch act {
	case "add":
		do = func(r *staff.Register) error {
			password, made, err := choosePassword(env, *fromStdin)
			if err != nil {
				return err
			}
			a, err := r.Add(ctx, staff.CommandLine, staff.NewAccount{Login: login, Name: *name, Unit: casework.UnitCode(*unit), Roles: splitRoles(*roles), Password: password, MustChange: made})
			if err == nil {
				fmt.Fprintf(env.Stdout, "added %s\n", a.Login)
				tellPassword(env, password, made)
			}
			return err
		}
	case "passwd":
		do = func(r *staff.Register) error {
			password, made, err := choosePassword(env, *fromStdin)
			if err != nil {
				return err
			}
			if err := r.SetPassword(ctx, staff.CommandLine, login, password, made); err != nil {
				return err
			}
			fmt.Fprintln(env.Stdout, "changed; all sessions of the account have ended")
			tellPassword(env, password, made)
			return nil
		}
	case "roles":
		do = func(r *staff.Register) error { return r.SetRoles(ctx, staff.CommandLine, login, splitRoles(*roles)) }
	case "disable":
		do = func(r *staff.Register) error { return r.Disable(ctx, staff.CommandLine, login) }
	case "enable":
		do = func(r *staff.Register) error { return r.Enable(ctx, staff.CommandLine, login) }
	case "unbind":
		do = func(r *staff.Register) error { return r.Unbind(ctx, staff.CommandLine, login) }
	case "token":
		do = func(r *staff.Register) error {
			token, err := r.NewToken(ctx, login)
			if err == nil {
				fmt.Fprintf(env.Stdout, "token (shown only now; a program sends it as Authorization: Bearer …): %s\n", token)
			}
			return err
		}
	case "revoke":
		do = func(r *staff.Register) error {
			n, err := r.RevokeTokens(ctx, login)
			if err == nil {
				fmt.Fprintf(env.Stdout, "revoked %d tokens\n", n)
			}
			return err
		}
	case "list":
		do = func(r *staff.Register) error { return listAccounts(ctx, env.Stdout, r) }
	default:
		return usage{fmt.Sprintf("there is no %q: huiyin user %s", act, userSynopsis)}
	}
	if (act == "list") != (login == "") {
		return usage{"huiyin user " + userSynopsis}
	}
	return env.withDatabase(ctx, "user", func(db *database) error { return do(staff.New(db.Pool)) })
}

// userArguments reads what to do and with which login; flags may stand before, between and after them.
func userArguments(f *flag.FlagSet, args []string) (act, login string, err error) {
	var words []string
	for {
		switch err := f.Parse(args); {
		case errors.Is(err, flag.ErrHelp):
			return "", "", err
		case err != nil:
			return "", "", usage{err.Error()}
		}
		args = f.Args()
		if len(args) == 0 {
			break
		}
		words, args = append(words, args[0]), args[1:]
	}
	switch len(words) {
	case 1:
		return words[0], "", nil
	case 2:
		return words[0], words[1], nil
	}
	return "", "", usage{"huiyin user " + userSynopsis}
}

// choosePassword reads a password, or makes one.
func choosePassword(env *Env, fromStdin bool) (password string, made bool, err error) {
	if !fromStdin {
		return staff.NewPassword(), true, nil
	}
	line, err := bufio.NewReader(io.LimitReader(env.Stdin, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", false, fmt.Errorf("read password: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), false, nil
}

func tellPassword(env *Env, password string, made bool) {
	if made {
		fmt.Fprintf(env.Stdout, "password (shown only now, to be changed at the first sign-in): %s\n", password)
	}
}

func listAccounts(ctx context.Context, out io.Writer, r *staff.Register) error {
	accounts, err := r.List(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "LOGIN\tUNIT\tROLES\tSTATE\tLAST SEEN\tNAME")
	for _, a := range accounts {
		state, seen := "open", "never"
		switch {
		case a.DisabledAt != nil:
			state = "disabled"
		case a.MustChange:
			state = "must change password"
		}
		if a.LastSeenAt != nil {
			seen = a.LastSeenAt.Format("2006-01-02 15:04Z07:00")
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", a.Login, a.Unit, joinRoles(a.Roles), state, seen, a.Name)
	}
	return w.Flush()
}

func splitRoles(list string) []casework.Role {
	var roles []casework.Role
	for word := range strings.SplitSeq(list, ",") {
		if word = strings.TrimSpace(word); word != "" {
			roles = append(roles, casework.Role(word))
		}
	}
	return roles
}

func joinRoles(roles []casework.Role) string {
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = string(r)
	}
	return strings.Join(words, ",")
}

func roleNames() string { return joinRoles(casework.Roles) }
